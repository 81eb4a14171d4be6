// SPDX-License-Identifier: Apache-2.0
#include "advisor/models/architecture_details.hpp"
#include "advisor/models/config_value.hpp"
#include "advisor/models/sliding_window.hpp"

namespace hpcadvise::advisor {

using profiles::JsonNode;

void refine_linear_biases(JsonNode const& config, ModelSpec& model) {
  bool const attention = config_flag(config, "attention_bias", false);
  model.biases = {attention, attention, config_flag(config, "mlp_bias", false), false};
}

// Published files write null where a later version has no window.
void refine_mistral(JsonNode const& config, ModelSpec& model) { read_sliding_window(config, model, {.size = 4096}); }

// The window is off unless it is switched on, and then the first layers see everything.
void refine_qwen(JsonNode const& config, ModelSpec& model) {
  if (config_flag(config, "attention_bias", false)) model.biases = {true, true, false, false};
  if (!config_flag(config, "use_sliding_window", false)) return;
  read_sliding_window(config, model,
                      {.size = 4096, .full_first_layers = config_dimension(config, "max_window_layers", 28)});
}

void refine_gemma2(JsonNode const& config, ModelSpec& model) {
  refine_linear_biases(config, model);
  read_sliding_window(config, model, {.size = 4096, .full_interval = 2});
}

void refine_gemma3(JsonNode const& config, ModelSpec& model) {
  refine_linear_biases(config, model);
  read_sliding_window(config, model,
                      {.size = 4096, .full_interval = config_dimension(config, "sliding_window_pattern", 6)});
}

void refine_phi3(JsonNode const& config, ModelSpec& model) { read_sliding_window(config, model, {}); }

// LayerNorm without weights (Groeneveld et al. 2024, OLMo, arXiv:2402.00838, section 2.1).
void refine_olmo(JsonNode const& config, ModelSpec& model) {
  refine_linear_biases(config, model);
  model.norm_weights = false;
}

void refine_olmo3(JsonNode const& config, ModelSpec& model) {
  refine_linear_biases(config, model);
  read_sliding_window(config, model, {.size = 4096, .full_interval = 4});
}

void refine_internlm(JsonNode const& config, ModelSpec& model) {
  bool const bias = config_flag(config, "bias", true);
  model.biases = {bias, bias, false, false};
}

void refine_starcoder2(JsonNode const& config, ModelSpec& model) {
  if (config_flag(config, "use_bias", true)) model.biases = biases_in_layers;
  read_sliding_window(config, model, {});
}

void refine_gpt_neox(JsonNode const& config, ModelSpec& model) {
  bool const attention = config_flag(config, "attention_bias", true);
  model.biases = {attention, attention, true, false};
  model.parallel_blocks = config_flag(config, "use_parallel_residual", true);
}

// Only the newer decoder groups its queries; the older one may share one key-value head among all. The newer has a norm
// for each block unless it says one.
void refine_falcon(JsonNode const& config, ModelSpec& model) {
  bool const newer = config_flag(config, "new_decoder_architecture", false);
  if (!newer) model.kv_head_count = config_flag(config, "multi_query", true) ? 1 : model.head_count;
  if (config_flag(config, "bias", false)) model.biases = biases_in_layers;
  if (config_flag(config, "alibi", false)) model.positions = PositionKind::alibi;
  model.parallel_blocks = newer || config_flag(config, "parallel_attn", true);
  if (model.parallel_blocks)
    model.norms_per_layer = newer && config_dimension(config, "num_ln_in_parallel_attn", 2) != 1 ? 2 : 1;
}

void refine_mpt(JsonNode const& config, ModelSpec& model) {
  if (auto const ratio = config_value(config, "expansion_ratio")) {
    constexpr std::int64_t largest = 1000;
    model.ffn_size = model.hidden_size * ratio->integer(1, largest);
  }
  model.norm_biases = !config_flag(config, "no_bias", true);
  if (model.norm_biases) model.biases = biases_in_layers;
  auto const attention = config_value(config, "attn_config");
  bool const alibi = !attention || config_flag(*attention, "alibi", true);
  bool const learned = config_flag(config, "learned_pos_emb", true);
  model.positions = alibi ? PositionKind::alibi : learned ? PositionKind::learned : PositionKind::none;
  if (!attention) return;
  model.kv_head_count = config_dimension(*attention, "kv_n_heads", model.kv_head_count);
  if (config_flag(*attention, "qk_ln", false)) model.query_key_norm = QueryKeyNorm::all_heads;
}

}  // namespace hpcadvise::advisor
