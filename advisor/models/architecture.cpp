// SPDX-License-Identifier: Apache-2.0
#include "advisor/models/architecture.hpp"

#include <nlohmann/json.hpp>

namespace hpcadvise::advisor {
namespace {

using profiles::JsonNode;

bool flag(JsonNode const& config, std::string_view key, bool otherwise) {
  auto const value = config_value(config, {key});
  return value ? value->boolean() : otherwise;
}

// Either of them makes a model with biases: the count differs by less than one in ten thousand.
void refine_llama(JsonNode const& config, ModelSpec& model) {
  model.biases = flag(config, "attention_bias", false) || flag(config, "mlp_bias", false);
}

void refine_mixtral(JsonNode const& config, ModelSpec& model) {
  constexpr int most_experts = 1'000'000;
  auto const experts = config.at("num_local_experts");
  auto const per_token = config.at("num_experts_per_tok");
  model.experts = {.expert_count = int(experts.integer(1, most_experts)),
                   .experts_per_token = int(per_token.integer(1, most_experts)),
                   .expert_ffn_size = model.ffn_size};
  if (model.experts->experts_per_token > model.experts->expert_count)
    per_token.fail("more experts for a token than num_local_experts");
}

// Only the newer decoder groups its queries; the older one may share one key-value head among all.
void refine_falcon(JsonNode const& config, ModelSpec& model) {
  if (!flag(config, "new_decoder_architecture", false) && flag(config, "multi_query", true)) model.kv_head_count = 1;
  model.biases = flag(config, "bias", false);
  if (flag(config, "alibi", false)) model.positions = PositionKind::alibi;
}

void refine_mpt(JsonNode const& config, ModelSpec& model) {
  if (auto const ratio = config_value(config, {"expansion_ratio"})) {
    constexpr std::int64_t largest = 1000;
    model.ffn_size = model.hidden_size * ratio->integer(1, largest);
  }
  model.biases = !flag(config, "no_bias", true);
  auto const attention = config_value(config, {"attn_config"});
  bool const alibi = !attention || flag(*attention, "alibi", true);
  bool const learned = flag(config, "learned_pos_emb", true);
  model.positions = alibi ? PositionKind::alibi : learned ? PositionKind::learned : PositionKind::none;
  if (!attention) return;
  if (auto const kv_heads = config_value(*attention, {"kv_n_heads"})) model.kv_head_count = dimension(*kv_heads);
}

}  // namespace

// Keys and defaults as in the configuration classes of the transformers library (configuration_<type>.py).
std::span<Architecture const> all_architectures() {
  static constexpr Architecture rows[] = {
      {.model_type = "llama", .gated_ffn = true, .refine = refine_llama},
      {.model_type = "mistral", .gated_ffn = true},
      {.model_type = "mixtral", .gated_ffn = true, .refine = refine_mixtral},
      {.model_type = "qwen2", .gated_ffn = true},  // biases on Q, K and V alone, 2e-5 of it: not counted
      {.model_type = "gemma", .gated_ffn = true, .tied_embeddings = true},
      {.model_type = "olmo", .gated_ffn = true},  // its norms have no weights, 4e-5 of it: counted
      {.model_type = "phi", .biases = true, .layer_norm = true},
      {.model_type = "gpt_neox", .biases = true, .layer_norm = true},
      {.model_type = "gpt2",
       .layers = {"n_layer"},
       .hidden = {"n_embd"},
       .heads = {"n_head"},
       .ffn = {"n_inner"},
       .ffn_multiple = 4,
       .max_sequence = {"n_positions", "n_ctx"},
       .tied_embeddings = true,
       .biases = true,
       .layer_norm = true,
       .positions = PositionKind::learned},
      {.model_type = "bloom",
       .layers = {"n_layer", "num_hidden_layers"},
       .hidden = {"hidden_size", "n_embed"},
       .heads = {"n_head", "num_attention_heads"},
       .ffn = {"n_inner"},
       .ffn_multiple = 4,
       .max_sequence = {"seq_length"},
       .tied_embeddings = true,
       .biases = true,
       .layer_norm = true,
       .positions = PositionKind::alibi},
      {.model_type = "mpt",
       .layers = {"n_layers"},
       .hidden = {"d_model"},
       .heads = {"n_heads"},
       .ffn_multiple = 4,
       .max_sequence = {"max_seq_len"},
       .tied_embeddings = true,
       .layer_norm = true,
       .refine = refine_mpt},
      {.model_type = "falcon",
       .layers = {"num_hidden_layers", "n_layer"},
       .hidden = {"hidden_size", "n_embed"},
       .heads = {"num_attention_heads", "n_head"},
       .kv_heads = {"num_kv_heads", "n_head_kv"},
       .ffn = {"ffn_hidden_size"},
       .ffn_multiple = 4,
       .tied_embeddings = true,
       .layer_norm = true,
       .refine = refine_falcon},
  };
  return rows;
}

std::optional<JsonNode> config_value(JsonNode const& config, ConfigKey const& key) {
  for (std::string_view const name : {key.name, key.other}) {
    if (name.empty()) continue;
    auto value = config.find(name);
    if (value && !value->value().is_null()) return value;
  }
  return std::nullopt;
}

std::int64_t dimension(JsonNode const& value) {
  constexpr std::int64_t largest = 1'000'000'000;
  return value.integer(1, largest);
}

}  // namespace hpcadvise::advisor
