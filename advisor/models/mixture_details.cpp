// SPDX-License-Identifier: Apache-2.0
#include "advisor/models/architecture_details.hpp"
#include "advisor/models/config_value.hpp"
#include "advisor/models/sliding_window.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace hpcadvise::advisor {
namespace {

using profiles::JsonNode;

struct ExpertKeys {
  std::string_view experts;
  std::string_view per_token = "num_experts_per_tok";
};

MixtureOfExperts experts_of(JsonNode const& config, ExpertKeys const& keys, std::int64_t expert_ffn_size) {
  constexpr int most_experts = 1'000'000;
  auto const experts = config.at(keys.experts);
  auto const per_token = config.at(keys.per_token);
  MixtureOfExperts mixture{.expert_count = int(experts.integer(1, most_experts)),
                           .experts_per_token = int(per_token.integer(1, most_experts)),
                           .expert_ffn_size = expert_ffn_size};
  if (mixture.experts_per_token > mixture.expert_count)
    per_token.fail(fmt::format("{} for a token, but {} has {}",
                               profiles::format_counted(mixture.experts_per_token, "expert"), keys.experts,
                               mixture.expert_count));
  return mixture;
}

// Qwen writes which layers are dense as a step and a list.
void read_sparse_layers(JsonNode const& config, MixtureOfExperts& mixture) {
  mixture.layer_interval = config_dimension(config, "decoder_sparse_step", 1);
  auto const dense = config_value(config, "mlp_only_layers");
  if (!dense) return;
  for (JsonNode const& layer : dense->elements())
    if (layer.integer() != mixture.dense_first_layers++ || mixture.layer_interval != 1)
      layer.fail("dense layers between the mixtures are not described", "list its operators: docs/model_format.md");
}

void read_latent_attention(JsonNode const& config, ModelSpec& model) {
  LatentAttention latent;
  // Null, unlike absent, means that queries are not compressed.
  auto const query_rank = config.find("q_lora_rank");
  latent.query_rank = !query_rank ? 1536 : query_rank->value().is_null() ? 0 : dimension(*query_rank);
  latent.key_value_rank = config_dimension(config, "kv_lora_rank", 512);
  latent.plain_head_size = config_dimension(config, "qk_nope_head_dim", 128);
  latent.rotary_head_size = config_dimension(config, "qk_rope_head_dim", 64);
  latent.value_head_size = config_dimension(config, "v_head_dim", 128);
  model.head_size = latent.plain_head_size + latent.rotary_head_size;
  model.kv_head_count = model.head_count;
  model.latent_attention = latent;
}

}  // namespace

void refine_mixtral(JsonNode const& config, ModelSpec& model) {
  model.experts = experts_of(config, {"num_local_experts"}, model.ffn_size);
  read_sliding_window(config, model, {});
}

void refine_granite_mixture(JsonNode const& config, ModelSpec& model) {
  bool const attention = config_flag(config, "attention_bias", false);
  model.biases = {attention, attention, false, false};
  model.experts = experts_of(config, {"num_local_experts"}, model.ffn_size);
}

void refine_olmoe(JsonNode const& config, ModelSpec& model) {
  bool const attention = config_flag(config, "attention_bias", false);
  model.biases = {attention, attention, false, false};
  model.experts = experts_of(config, {"num_experts"}, model.ffn_size);
}

void refine_gpt_oss(JsonNode const& config, ModelSpec& model) {
  bool const attention = config_flag(config, "attention_bias", true);
  model.biases = {attention, attention, false, false};
  model.attention_sinks = true;
  bool const usual_key = config.find("num_experts_per_tok").has_value();
  model.experts = experts_of(config, {"num_local_experts", usual_key ? "num_experts_per_tok" : "experts_per_token"},
                             model.ffn_size);
  model.experts->router_bias = true;
  model.experts->expert_biases = true;
  read_sliding_window(config, model, {.size = 128, .full_interval = 2});
}

void refine_qwen2_mixture(JsonNode const& config, ModelSpec& model) {
  refine_qwen(config, model);
  model.experts = experts_of(config, {"num_experts"}, config_dimension(config, "moe_intermediate_size", 1408));
  model.experts->shared_ffn_size = config_dimension(config, "shared_expert_intermediate_size", 5632);
  model.experts->shared_gate = true;
  read_sparse_layers(config, *model.experts);
}

void refine_qwen3_mixture(JsonNode const& config, ModelSpec& model) {
  refine_qwen(config, model);
  model.experts = experts_of(config, {"num_experts"}, config_dimension(config, "moe_intermediate_size", 768));
  read_sparse_layers(config, *model.experts);
}

// DeepSeek-V2 and V3, and Kimi K2, which has the layers of V3.
void refine_deepseek(JsonNode const& config, ModelSpec& model) {
  read_latent_attention(config, model);
  constexpr std::int64_t most_modules = 1000;
  if (auto const modules = config_value(config, "num_nextn_predict_layers"))
    model.multi_token_modules = modules->integer(0, most_modules);
  if (!config_value(config, "n_routed_experts")) return;

  std::int64_t const expert_ffn_size = needed_dimension(config, "moe_intermediate_size");
  model.experts = experts_of(config, {"n_routed_experts"}, expert_ffn_size);
  constexpr std::int64_t most_shared = 1000;
  if (auto const shared = config_value(config, "n_shared_experts"))
    model.experts->shared_ffn_size = shared->integer(0, most_shared) * expert_ffn_size;
  model.experts->dense_first_layers = config.at("first_k_dense_replace").integer(0, model.layer_count);
  if (auto const frequency = config_value(config, "moe_layer_freq"); frequency && frequency->integer() != 1)
    frequency->fail("mixtures in every n-th layer are not described for this architecture",
                    "list its operators: docs/model_format.md");
}

}  // namespace hpcadvise::advisor
