// SPDX-License-Identifier: Apache-2.0
#pragma once

// A transformer to train, and the job around it. Plain values; nothing here knows a machine. layer_kinds.hpp says which
// layers this makes, layer_description.hpp what stands in them.

#include "advisor/operator_layer.hpp"
#include "profiles/precision.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

enum class PositionKind { rotary, learned, alibi, none };

// Norms of the queries and keys before attention: one weight for each element of a head (Qwen3, Gemma 3), or of all
// heads together (OLMo 2).
enum class QueryKeyNorm { none, per_head, all_heads };

// Which linear layers add a bias.
struct LinearBiases {
  bool query_key_value = false;
  bool attention_output = false;
  bool ffn = false;
  bool lm_head = false;

  friend bool operator==(LinearBiases const&, LinearBiases const&) = default;
};
inline constexpr LinearBiases biases_in_layers{true, true, true, false};

// Mixture of experts: in its layers a router sends each token to a few of many FFNs.
struct MixtureOfExperts {
  int expert_count = 0;
  int experts_per_token = 0;
  std::int64_t expert_ffn_size = 0;  // of one expert
  std::int64_t shared_ffn_size = 0;  // of all shared experts together, which every token passes; 0: none
  bool shared_gate = false;          // the shared expert's output is scaled by a learned gate
  bool router_bias = false;
  bool expert_biases = false;
  std::int64_t dense_first_layers = 0;  // these have a dense FFN of ffn_size
  std::int64_t layer_interval = 1;      // of the others the last of every so many is a mixture, the rest are dense
};

// Multi-head latent attention (DeepSeek-AI 2024, DeepSeek-V2, arXiv:2405.04434, section 2.1): queries, keys and values
// come from narrow latent vectors; head_size is then that of queries and keys, the two parts below together.
struct LatentAttention {
  std::int64_t query_rank = 0;  // 0: queries come straight from the hidden state
  std::int64_t key_value_rank = 0;
  std::int64_t plain_head_size = 0;   // without positions
  std::int64_t rotary_head_size = 0;  // with positions; one key for all heads
  std::int64_t value_head_size = 0;
};

// Attention that sees the last `size` tokens only, in all layers or in some.
struct SlidingWindow {
  std::int64_t size = 0;
  std::int64_t full_first_layers = 0;  // these see everything
  std::int64_t full_interval = 0;      // so does the last of every so many layers; 0: none
};

struct ModelSpec {
  std::string name;
  std::string family;  // "llama", "gpt2", "mpt", ...: informative, no formula reads it
  std::int64_t layer_count = 0;
  std::int64_t hidden_size = 0;
  std::int64_t ffn_size = 0;  // of a dense layer
  std::int64_t head_count = 0;
  std::int64_t kv_head_count = 0;
  std::int64_t head_size = 0;  // of queries and keys; of values too but for latent attention
  std::int64_t vocabulary_size = 0;
  std::int64_t max_sequence_length = 0;  // 0: not stated
  bool gated_ffn = false;                // SwiGLU and its like: three matrices, not two
  bool parallel_blocks = false;          // attention and FFN read the same input and are added together
  bool tied_embeddings = false;          // the LM head is the embedding
  LinearBiases biases;
  bool layer_norm = false;      // LayerNorm; else RMSNorm
  bool norm_weights = true;     // OLMo's first norms have none
  bool norm_biases = true;      // of LayerNorm; MPT's have none
  int norms_per_layer = 2;      // Gemma 2 and 3: 4; one for both blocks of Falcon 7B and Phi-2
  bool embedding_norm = false;  // after the embedding, as in BLOOM
  QueryKeyNorm query_key_norm = QueryKeyNorm::none;
  bool attention_sinks = false;  // one learned logit a head, as in gpt-oss
  PositionKind positions = PositionKind::rotary;
  std::optional<MixtureOfExperts> experts;
  std::optional<LatentAttention> latent_attention;
  std::optional<SlidingWindow> sliding_window;
  // Modules that predict the tokens after the next one: a norm of each input, a matrix of 2 hidden x hidden and a
  // layer of the last kind; embedding and head are the model's (DeepSeek-AI 2024, DeepSeek-V3, arXiv:2412.19437, 2.2).
  std::int64_t multi_token_modules = 0;
  std::vector<OperatorLayer> operator_layers;  // if there are any, these are the layers
  std::string source;                          // where the dimensions come from
};

// Everything is counted but the buffers that are not trained. `total` is the model as it is published and used, without
// the multi-token modules that only training needs.
struct ParameterCount {
  double total = 0;
  double active = 0;       // used by one token; equals total for a dense model
  double embedding = 0;    // token and position embedding, and its norm
  double lm_head = 0;      // 0 when tied
  double per_layer = 0;    // the mean over all layers; layer_description.hpp has each kind
  double multi_token = 0;  // of all multi-token modules
};

ParameterCount count_parameters(ModelSpec const& model);

// adamw_bf16: PyTorch's AdamW over a model held in bf16, gradients and both moments in bf16 too and no master copy, as
// torchtune and plain scripts run it. It halves the state and loses what updates below a bf16 step would have added.
enum class Optimizer { adamw, adamw_bf16, sgd_momentum };
std::string_view to_string(Optimizer optimizer);  // "adamw"
std::optional<Optimizer> optimizer_from_string(std::string_view name);
constexpr bool is_adam(Optimizer optimizer) { return optimizer != Optimizer::sgd_momentum; }
// Whether nothing of the training state is wider than 16 bits.
constexpr bool holds_16_bit_state(Optimizer optimizer) { return optimizer == Optimizer::adamw_bf16; }

// Low-rank adapters (Hu et al. 2021, LoRA, arXiv:2106.09685): each adapted matrix W of n x k is frozen and B A is added
// to it, B of n x rank and A of rank x k. Nothing else is trained. Attention alone and rank 8 are the paper's (section
// 4.2, table 9); 8 is PEFT's default too.
enum class LoraTargets { attention, all_linear };  // Q, K, V and output; or the FFN and the experts as well
std::string_view to_string(LoraTargets targets);   // "attention", "all-linear": PEFT's word
std::optional<LoraTargets> lora_targets_from_string(std::string_view name);

struct LoraAdapters {
  std::int64_t rank = 8;
  LoraTargets targets = LoraTargets::attention;
};

struct TrainingJob {
  ModelSpec model;
  std::int64_t sequence_length = 0;
  std::int64_t global_batch = 0;  // sequences a step
  profiles::Precision precision = profiles::Precision::bf16;
  Optimizer optimizer = Optimizer::adamw;
  std::optional<double> tokens;      // to train on; for days and cost
  bool fine_tuning = false;          // of a trained model on little data: a step is the same, batch laws are not
  std::optional<LoraAdapters> lora;  // absent: every parameter is trained
};

// Parameters that the optimizer steps, multi-token modules included; with adapters only theirs.
double trainable_parameters(TrainingJob const& job);

// Model FLOPs of one step, forward and backward, recomputation not counted: 6 a trained weight of each matrix multiply
// and token, 4 a frozen one, plus attention with the causal half counted and the window, where there is one. (Narayanan
// et al. 2021, appendix; causal half as in Dao 2023, FlashAttention-2, section 4.1.)
double model_flops_per_step(TrainingJob const& job);

}  // namespace hpcadvise::advisor
