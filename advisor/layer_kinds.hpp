// SPDX-License-Identifier: Apache-2.0
#pragma once

// A model as a short list of kinds of layers, so that cost and memory are sums over kinds.

#include "advisor/model_spec.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hpcadvise::advisor {

struct LayerKind {
  std::int64_t count = 0;
  bool experts = false;                            // its FFN is a mixture
  bool windowed = false;                           // its attention sees the sliding window only
  std::optional<std::size_t> operator_layer = {};  // index into ModelSpec::operator_layers, which say everything

  friend bool operator==(LayerKind const&, LayerKind const&) = default;
};

// In the order in which each kind first occurs; the counts add up to layer_count.
std::vector<LayerKind> layer_kinds(ModelSpec const& model);

// For each layer of the model, first to last, the index of its kind in layer_kinds: where pipeline stages are cut.
std::vector<std::size_t> layer_order(ModelSpec const& model);

// Whether the attention of a layer, counted from 0, sees the window only.
bool is_windowed(SlidingWindow const& window, std::int64_t layer);

// Of the last layer, which a multi-token module repeats.
LayerKind last_layer_kind(ModelSpec const& model);

}  // namespace hpcadvise::advisor
