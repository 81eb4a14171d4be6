// SPDX-License-Identifier: Apache-2.0
#pragma once

// A transformer to train, and the job around it. Plain values; nothing here knows a machine.

#include "profiles/precision.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hpcadvise::advisor {

enum class PositionKind { rotary, learned, alibi, none };

// Mixture of experts. Described and counted; its cost is not modelled yet, so plans refuse it by name.
struct MixtureOfExperts {
  int expert_count = 0;
  int experts_per_token = 0;
  std::int64_t expert_ffn_size = 0;
};

struct ModelSpec {
  std::string name;
  std::string family;  // "llama", "gpt2", "mpt", ...: informative, no formula reads it
  std::int64_t layer_count = 0;
  std::int64_t hidden_size = 0;
  std::int64_t ffn_size = 0;
  std::int64_t head_count = 0;
  std::int64_t kv_head_count = 0;
  std::int64_t head_size = 0;
  std::int64_t vocabulary_size = 0;
  std::int64_t max_sequence_length = 0;  // 0: not stated
  bool gated_ffn = false;                // SwiGLU and its like: three matrices, not two
  bool tied_embeddings = false;          // the LM head is the embedding
  bool biases = false;                   // on the linear layers
  bool layer_norm = false;               // LayerNorm (weight and bias); else RMSNorm
  PositionKind positions = PositionKind::rotary;
  std::optional<MixtureOfExperts> experts;
  std::string source;  // where the dimensions come from
};

struct ParameterCount {
  double total = 0;
  double active = 0;     // used by one token; equals total for a dense model
  double embedding = 0;  // token and position embedding
  double lm_head = 0;    // 0 when tied
  double per_layer = 0;
};

ParameterCount count_parameters(ModelSpec const& model);

enum class Optimizer { adamw, sgd_momentum };

struct TrainingJob {
  ModelSpec model;
  std::int64_t sequence_length = 0;
  std::int64_t global_batch = 0;  // sequences a step
  profiles::Precision precision = profiles::Precision::bf16;
  Optimizer optimizer = Optimizer::adamw;
  std::optional<double> tokens;  // to train on; for days and cost
};

// Model FLOPs of one step, forward and backward, recomputation not counted: 6 a weight of each matrix multiply and
// token, plus attention with the causal half counted. (Narayanan et al. 2021, appendix; causal half as in
// Dao 2023, FlashAttention-2, section 4.1.)
double model_flops_per_step(TrainingJob const& job);

}  // namespace hpcadvise::advisor
