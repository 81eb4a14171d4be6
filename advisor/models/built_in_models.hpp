// SPDX-License-Identifier: Apache-2.0
#pragma once

// The models known by name. Adding one is a row.

#include "advisor/model_spec.hpp"

#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

// Rows of built_in_dense.cpp, then of built_in_mixtures.cpp.
std::vector<ModelSpec> built_in_models();

std::vector<ModelSpec> dense_models();
std::vector<ModelSpec> mixture_models();

struct ModelDimensions {
  std::int64_t layers = 0;
  std::int64_t hidden = 0;
  std::int64_t ffn = 0;
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t vocabulary = 0;
  std::int64_t max_sequence = 0;
  std::int64_t head_size = 0;  // 0: hidden / heads
};

// RMSNorm, rotary positions, SwiGLU, no biases, an LM head of its own: what most models vary.
ModelSpec llama_like(std::string_view name, ModelDimensions const& size, std::string_view source);

// LayerNorm, learned positions, GELU, biases, the embedding as LM head.
ModelSpec gpt_like(std::string_view name, ModelDimensions const& size, std::string_view source);

}  // namespace hpcadvise::advisor
