// SPDX-License-Identifier: Apache-2.0
#include "advisor/layer_kinds.hpp"

#include <algorithm>

namespace hpcadvise::advisor {
namespace {

bool has_experts(ModelSpec const& model, std::int64_t layer) {
  if (!model.experts) return false;
  std::int64_t const after_dense = layer - model.experts->dense_first_layers;
  return after_dense >= 0 && (after_dense + 1) % model.experts->layer_interval == 0;
}

// Each layer as a kind of its own, of one layer or, where a file lists them, of the run it stands for.
std::vector<LayerKind> single_layers(ModelSpec const& model) {
  std::vector<LayerKind> layers;
  for (std::size_t index = 0; index < model.operator_layers.size(); ++index)
    layers.insert(layers.end(), static_cast<std::size_t>(model.operator_layers[index].count),
                  {.count = 1, .experts = model.operator_layers[index].experts.has_value(), .operator_layer = index});
  if (!layers.empty()) return layers;
  for (std::int64_t layer = 0; layer < model.layer_count; ++layer)
    layers.push_back({.count = 1,
                      .experts = has_experts(model, layer),
                      .windowed = model.sliding_window && is_windowed(*model.sliding_window, layer)});
  return layers;
}

struct Kinds {
  std::vector<LayerKind> kinds;
  std::vector<std::size_t> order;
};

Kinds kinds_of(ModelSpec const& model) {
  Kinds result;
  for (LayerKind const& layer : single_layers(model)) {
    auto const same = std::find_if(result.kinds.begin(), result.kinds.end(), [&](LayerKind const& kind) {
      return kind.experts == layer.experts && kind.windowed == layer.windowed &&
             kind.operator_layer == layer.operator_layer;
    });
    result.order.push_back(static_cast<std::size_t>(same - result.kinds.begin()));
    if (same == result.kinds.end())
      result.kinds.push_back(layer);
    else
      ++same->count;
  }
  return result;
}

}  // namespace

bool is_windowed(SlidingWindow const& window, std::int64_t layer) {
  if (layer < window.full_first_layers) return false;
  return window.full_interval == 0 || (layer + 1) % window.full_interval != 0;
}

std::vector<LayerKind> layer_kinds(ModelSpec const& model) { return kinds_of(model).kinds; }

std::vector<std::size_t> layer_order(ModelSpec const& model) { return kinds_of(model).order; }

LayerKind last_layer_kind(ModelSpec const& model) {
  auto const all = kinds_of(model);
  return all.kinds.empty() ? LayerKind{} : all.kinds[all.order.back()];
}

}  // namespace hpcadvise::advisor
