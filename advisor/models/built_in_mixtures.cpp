// SPDX-License-Identifier: Apache-2.0
#include "advisor/models/built_in_models.hpp"

namespace hpcadvise::advisor {
namespace {

constexpr std::string_view mixtral =
    "Jiang et al. 2024, Mixtral of Experts, arXiv:2401.04088, table 1; config.json of "
    "huggingface.co/mistralai/Mixtral-8x7B-v0.1";
constexpr std::string_view mixtral_8x22b = "config.json of huggingface.co/mistralai/Mixtral-8x22B-Instruct-v0.1";
constexpr std::string_view qwen_1_5 = "config.json of huggingface.co/Qwen/Qwen1.5-MoE-A2.7B";
constexpr std::string_view qwen_3 =
    "Qwen Team 2025, Qwen3 Technical Report, arXiv:2505.09388, table 2; config.json of huggingface.co/Qwen/Qwen3-*";
constexpr std::string_view olmoe =
    "Muennighoff et al. 2024, OLMoE, arXiv:2409.02060; config.json of huggingface.co/allenai/OLMoE-1B-7B-0924";
constexpr std::string_view deepseek_v2 =
    "DeepSeek-AI 2024, DeepSeek-V2, arXiv:2405.04434, section 3.1.2; config.json of "
    "huggingface.co/deepseek-ai/DeepSeek-V2 and DeepSeek-V2-Lite";
constexpr std::string_view deepseek_v3 =
    "DeepSeek-AI 2024, DeepSeek-V3, arXiv:2412.19437, section 4.2; config.json of "
    "huggingface.co/deepseek-ai/DeepSeek-V3";
constexpr std::string_view kimi_k2 =
    "Kimi Team 2025, Kimi K2, arXiv:2507.20534; config.json of huggingface.co/moonshotai/Kimi-K2-Base";
constexpr std::string_view gpt_oss =
    "OpenAI 2025, gpt-oss model card, arXiv:2508.10925; config.json of huggingface.co/openai/gpt-oss-20b and "
    "gpt-oss-120b";
constexpr std::string_view grok_1 = "github.com/xai-org/grok-1, run.py and model.py";

ModelSpec mixture(ModelSpec model, MixtureOfExperts const& experts) {
  model.experts = experts;
  return model;
}

ModelSpec qwen_3_like(std::string_view name, ModelDimensions const& size, std::int64_t expert_ffn_size) {
  ModelSpec model = llama_like(name, size, qwen_3);
  model.family = "qwen3_moe";
  model.query_key_norm = QueryKeyNorm::per_head;
  return mixture(model, {.expert_count = 128, .experts_per_token = 8, .expert_ffn_size = expert_ffn_size});
}

ModelSpec qwen_1_5_like(std::string_view name, ModelDimensions const& size) {
  ModelSpec model = llama_like(name, size, qwen_1_5);
  model.family = "qwen2_moe";
  model.biases.query_key_value = true;
  return mixture(model, {.expert_count = 60,
                         .experts_per_token = 4,
                         .expert_ffn_size = 1408,
                         .shared_ffn_size = 5632,
                         .shared_gate = true});
}

ModelSpec olmoe_like(std::string_view name, ModelDimensions const& size) {
  ModelSpec model = llama_like(name, size, olmoe);
  model.family = "olmoe";
  model.query_key_norm = QueryKeyNorm::all_heads;
  return mixture(model, {.expert_count = 64, .experts_per_token = 8, .expert_ffn_size = size.ffn});
}

// All of them have heads of 128 + 64, values of 128 and keys and values from 512.
ModelSpec deepseek_like(std::string_view name, ModelDimensions const& size, std::int64_t query_rank,
                        MixtureOfExperts const& experts, std::string_view source) {
  ModelSpec model = llama_like(name, size, source);
  model.family = "deepseek";
  model.head_size = 192;
  model.latent_attention = LatentAttention{.query_rank = query_rank,
                                           .key_value_rank = 512,
                                           .plain_head_size = 128,
                                           .rotary_head_size = 64,
                                           .value_head_size = 128};
  return mixture(model, experts);
}

ModelSpec with_multi_token_module(ModelSpec model) {
  model.multi_token_modules = 1;
  return model;
}

ModelSpec gpt_oss_like(std::string_view name, ModelDimensions const& size, int expert_count) {
  ModelSpec model = llama_like(name, size, gpt_oss);
  model.family = "gpt_oss";
  model.biases = {true, true, false, false};
  model.attention_sinks = true;
  model.sliding_window = SlidingWindow{.size = 128, .full_interval = 2};
  return mixture(model, {.expert_count = expert_count,
                         .experts_per_token = 4,
                         .expert_ffn_size = size.ffn,
                         .router_bias = true,
                         .expert_biases = true});
}

// A norm before and after each block; GELU gate.
ModelSpec grok_like(std::string_view name, ModelDimensions const& size) {
  ModelSpec model = llama_like(name, size, grok_1);
  model.family = "grok";
  model.tied_embeddings = true;
  model.norms_per_layer = 4;
  return mixture(model, {.expert_count = 8, .experts_per_token = 2, .expert_ffn_size = size.ffn});
}

}  // namespace

std::vector<ModelSpec> mixture_models() {
  MixtureOfExperts const two_of_eight{.expert_count = 8, .experts_per_token = 2};
  auto const of_width = [](MixtureOfExperts experts, std::int64_t width) {
    experts.expert_ffn_size = width;
    return experts;
  };
  return {
      // layers, hidden, ffn of dense layers, heads, key-value heads, vocabulary, longest sequence, head size
      mixture(llama_like("mixtral-8x7b", {32, 4096, 14336, 32, 8, 32000, 32768}, mixtral),
              of_width(two_of_eight, 14336)),
      mixture(llama_like("mixtral-8x22b", {56, 6144, 16384, 48, 8, 32768, 65536}, mixtral_8x22b),
              of_width(two_of_eight, 16384)),
      qwen_1_5_like("qwen1.5-moe-a2.7b", {24, 2048, 5632, 16, 16, 151936, 8192}),
      qwen_3_like("qwen3-30b-a3b", {48, 2048, 6144, 32, 4, 151936, 40960, 128}, 768),
      qwen_3_like("qwen3-235b-a22b", {94, 4096, 12288, 64, 4, 151936, 40960, 128}, 1536),
      olmoe_like("olmoe-1b-7b", {16, 2048, 1024, 16, 16, 50304, 4096}),
      deepseek_like("deepseek-v2-lite", {27, 2048, 10944, 16, 16, 102400, 163840}, 0,
                    {.expert_count = 64,
                     .experts_per_token = 6,
                     .expert_ffn_size = 1408,
                     .shared_ffn_size = 2 * 1408,
                     .dense_first_layers = 1},
                    deepseek_v2),
      deepseek_like("deepseek-v2", {60, 5120, 12288, 128, 128, 102400, 163840}, 1536,
                    {.expert_count = 160,
                     .experts_per_token = 6,
                     .expert_ffn_size = 1536,
                     .shared_ffn_size = 2 * 1536,
                     .dense_first_layers = 1},
                    deepseek_v2),
      with_multi_token_module(deepseek_like("deepseek-v3", {61, 7168, 18432, 128, 128, 129280, 163840}, 1536,
                                            {.expert_count = 256,
                                             .experts_per_token = 8,
                                             .expert_ffn_size = 2048,
                                             .shared_ffn_size = 2048,
                                             .dense_first_layers = 3},
                                            deepseek_v3)),
      deepseek_like("kimi-k2", {61, 7168, 18432, 64, 64, 163840, 131072}, 1536,
                    {.expert_count = 384,
                     .experts_per_token = 8,
                     .expert_ffn_size = 2048,
                     .shared_ffn_size = 2048,
                     .dense_first_layers = 1},
                    kimi_k2),
      gpt_oss_like("gpt-oss-20b", {24, 2880, 2880, 64, 8, 201088, 131072, 64}, 32),
      gpt_oss_like("gpt-oss-120b", {36, 2880, 2880, 64, 8, 201088, 131072, 64}, 128),
      grok_like("grok-1", {64, 6144, 32768, 48, 8, 131072, 8192}),
  };
}

}  // namespace hpcadvise::advisor
