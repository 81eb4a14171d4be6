// SPDX-License-Identifier: Apache-2.0
#include "advisor/models/built_in_models.hpp"

#include <string_view>

namespace hpcadvise::advisor {
namespace {

constexpr std::string_view llama_2 = "Touvron et al. 2023, Llama 2, arXiv:2307.09288; config.json of the release";
constexpr std::string_view llama_3 = "Llama Team 2024, The Llama 3 Herd of Models, arXiv:2407.21783, table 3";
constexpr std::string_view mistral = "Jiang et al. 2023, Mistral 7B, arXiv:2310.06825, table 1";
constexpr std::string_view mixtral = "Jiang et al. 2024, Mixtral of Experts, arXiv:2401.04088, table 1";
constexpr std::string_view gpt_3 = "Brown et al. 2020, GPT-3, arXiv:2005.14165, table 2.1";
// That table gives 24 heads of 128 at a width of 2048, and a width of 5140 for 40 heads of 128.
constexpr std::string_view gpt_3_consistent =
    "Brown et al. 2020, GPT-3, arXiv:2005.14165, table 2.1, with width = heads x 128, which two of its rows break";

struct Dimensions {
  std::int64_t layers;
  std::int64_t hidden;
  std::int64_t ffn;
  std::int64_t heads;
  std::int64_t kv_heads;
  std::int64_t vocabulary;
  std::int64_t max_sequence;
};

ModelSpec sized(std::string_view name, std::string_view family, Dimensions const& size, std::string_view source) {
  ModelSpec model;
  model.name = name;
  model.family = family;
  model.layer_count = size.layers;
  model.hidden_size = size.hidden;
  model.ffn_size = size.ffn;
  model.head_count = size.heads;
  model.kv_head_count = size.kv_heads;
  model.head_size = size.hidden / size.heads;
  model.vocabulary_size = size.vocabulary;
  model.max_sequence_length = size.max_sequence;
  model.source = source;
  return model;
}

// RMSNorm, rotary positions, SwiGLU, no biases, an LM head of its own.
ModelSpec llama_like(std::string_view name, Dimensions const& size, std::string_view source) {
  ModelSpec model = sized(name, "llama", size, source);
  model.gated_ffn = true;
  return model;
}

// LayerNorm, learned positions, GELU, biases, the embedding as LM head.
ModelSpec gpt_like(std::string_view name, Dimensions const& size, std::string_view source) {
  ModelSpec model = sized(name, "gpt2", size, source);
  model.biases = true;
  model.layer_norm = true;
  model.tied_embeddings = true;
  model.positions = PositionKind::learned;
  return model;
}

ModelSpec mixture(ModelSpec model, MixtureOfExperts const& experts) {
  model.experts = experts;
  return model;
}

}  // namespace

std::vector<ModelSpec> built_in_models() {
  return {
      // layers, hidden, ffn, heads, key-value heads, vocabulary, longest sequence
      llama_like("llama-2-7b", {32, 4096, 11008, 32, 32, 32000, 4096}, llama_2),
      llama_like("llama-2-13b", {40, 5120, 13824, 40, 40, 32000, 4096}, llama_2),
      llama_like("llama-2-70b", {80, 8192, 28672, 64, 8, 32000, 4096}, llama_2),
      llama_like("llama-3-8b", {32, 4096, 14336, 32, 8, 128256, 8192}, llama_3),
      llama_like("llama-3-70b", {80, 8192, 28672, 64, 8, 128256, 8192}, llama_3),
      llama_like("llama-3.1-405b", {126, 16384, 53248, 128, 8, 128256, 131072}, llama_3),
      llama_like("mistral-7b", {32, 4096, 14336, 32, 8, 32000, 8192}, mistral),
      mixture(llama_like("mixtral-8x7b", {32, 4096, 14336, 32, 8, 32000, 32768}, mixtral),
              {.expert_count = 8, .experts_per_token = 2, .expert_ffn_size = 14336}),
      gpt_like("gpt-3-1.3b", {24, 2048, 8192, 16, 16, 50257, 2048}, gpt_3_consistent),
      gpt_like("gpt-3-2.7b", {32, 2560, 10240, 32, 32, 50257, 2048}, gpt_3),
      gpt_like("gpt-3-6.7b", {32, 4096, 16384, 32, 32, 50257, 2048}, gpt_3),
      gpt_like("gpt-3-13b", {40, 5120, 20480, 40, 40, 50257, 2048}, gpt_3_consistent),
      gpt_like("gpt-3-175b", {96, 12288, 49152, 96, 96, 50257, 2048}, gpt_3),
  };
}

}  // namespace hpcadvise::advisor
