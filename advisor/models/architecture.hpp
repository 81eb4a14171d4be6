// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the Hugging Face config.json of each architecture names its dimensions, and what it does not write because the
// architecture implies it. Adding one is a row in architecture.cpp.

#include "advisor/model_spec.hpp"
#include "profiles/json_node.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace hpcadvise::advisor {

// A key of the config, with its other spelling if there is one.
struct ConfigKey {
  std::string_view name;
  std::string_view other = {};
};

// What is not said in a row is as in most of them.
struct Architecture {
  std::string_view model_type;
  ConfigKey layers{"num_hidden_layers"};
  ConfigKey hidden{"hidden_size"};
  ConfigKey heads{"num_attention_heads"};
  ConfigKey kv_heads{"num_key_value_heads"};  // absent: as many as query heads
  ConfigKey head_size{"head_dim"};            // absent: hidden / heads
  ConfigKey ffn{"intermediate_size"};
  std::int64_t ffn_multiple = 0;  // of the hidden size, where the key is absent; 0: the key must be there
  ConfigKey max_sequence{"max_position_embeddings"};
  bool gated_ffn = false;
  bool tied_embeddings = false;  // where "tie_word_embeddings" is absent
  bool biases = false;
  bool layer_norm = false;
  PositionKind positions = PositionKind::rotary;
  void (*refine)(profiles::JsonNode const& config, ModelSpec& model) = nullptr;  // what needs more than a key
};

std::span<Architecture const> all_architectures();

// The value of a key under either spelling; nothing if absent or null, which mean the same in these files.
std::optional<profiles::JsonNode> config_value(profiles::JsonNode const& config, ConfigKey const& key);

// From 1 to 1e9: no dimension of a model that anyone trains is larger.
std::int64_t dimension(profiles::JsonNode const& value);

}  // namespace hpcadvise::advisor
