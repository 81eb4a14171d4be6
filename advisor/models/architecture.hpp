// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the Hugging Face config.json of each architecture names its dimensions, and what it does not write because the
// architecture implies it. Adding one is a row in architecture.cpp.

#include "advisor/model_spec.hpp"
#include "profiles/json_node.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace hpcadvise::advisor {

// A key of the config, with its other spelling if there is one, and the value it has in this architecture's
// configuration class where published files leave it out (0: none).
struct ConfigKey {
  std::string_view name;
  std::string_view other = {};
  std::int64_t otherwise = 0;
};

// What is not said in a row is as in most of them.
struct Architecture {
  std::string_view model_type;
  ConfigKey layers{"num_hidden_layers"};
  ConfigKey hidden{"hidden_size"};
  ConfigKey heads{"num_attention_heads"};
  ConfigKey kv_heads{"num_key_value_heads"};  // absent, without a default: as many as query heads
  ConfigKey head_size{"head_dim"};            // the same: hidden / heads
  ConfigKey ffn{"intermediate_size"};
  std::int64_t ffn_multiple = 0;  // of the hidden size, where the key is absent; 0: the key must be there
  ConfigKey vocabulary{"vocab_size"};
  ConfigKey max_sequence{"max_position_embeddings"};
  bool gated_ffn = false;
  bool parallel_blocks = false;
  bool tied_embeddings = false;  // where "tie_word_embeddings" is absent
  LinearBiases biases = {};
  bool layer_norm = false;
  int norms_per_layer = 2;
  QueryKeyNorm query_key_norm = QueryKeyNorm::none;
  PositionKind positions = PositionKind::rotary;
  void (*refine)(profiles::JsonNode const& config, ModelSpec& model) = nullptr;  // what needs more than a key
};

std::span<Architecture const> all_architectures();

}  // namespace hpcadvise::advisor
