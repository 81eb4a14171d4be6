// SPDX-License-Identifier: Apache-2.0
#pragma once

// A transformer as lists of operators, each with its exact shape on one device after sharding. Rates come later
// (rates.hpp): nothing here knows a machine. A new architecture is a new list.

#include "advisor/framework.hpp"
#include "advisor/layer_kinds.hpp"
#include "advisor/model_spec.hpp"
#include "advisor/parallel_plan.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

// C[m,n] = A[m,k] B[k,n].
struct GemmShape {
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;

  double flops() const { return 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k); }
  friend bool operator==(GemmShape const&, GemmShape const&) = default;
};

// The gradients of C = A B with respect to its inputs are GEMMs of their own, with permuted shapes.
inline GemmShape data_gradient(GemmShape forward) { return {forward.m, forward.k, forward.n}; }    // dA = dC B^T
inline GemmShape weight_gradient(GemmShape forward) { return {forward.k, forward.n, forward.m}; }  // dB = A^T dC

struct GemmOperator {
  std::string_view name;  // lives as long as the job's model
  GemmShape forward;
  double count = 1;
  bool quantized = true;        // runs in FP8 when the job does; LM head, router and adapters stay 16 bit
  bool weight_gradient = true;  // false: the weights are frozen
  bool grouped = false;         // one kernel does all `count` of them: the experts of a device
};

// softmax(Q K^T) V for `batch` sequences on this device.
struct AttentionOperator {
  std::int64_t batch = 0;
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t query_length = 0;
  std::int64_t key_length = 0;
  std::int64_t head_size = 0;  // of queries and keys
  bool causal = true;
  std::int64_t value_head_size = 0;  // 0: head_size
  std::int64_t window = 0;           // keys that a query sees; 0: all
};
double attention_scores(AttentionOperator const& attention);         // batch x heads x queries x keys
double attention_forward_flops(AttentionOperator const& attention);  // what mask and window hide is not counted

struct ElementwiseOperator {
  std::string_view name;
  double forward_bytes = 0;  // read and written, before the framework's factor
  double backward_bytes = 0;
  bool scaled = true;  // by the framework's elementwise factor
};

// How often one collective runs in a micro-batch, and how much each device puts into it.
struct Exchange {
  double forward = 0;
  double backward = 0;
  double bytes = 0;
};

// A run of operators that always go together, with the collectives that they need.
struct Block {
  std::vector<GemmOperator> gemms;
  std::optional<AttentionOperator> attention;
  std::vector<ElementwiseOperator> elementwise;
  double all_reduces_forward = 0;  // of tensor parallelism, each of all_reduce_bytes
  double all_reduces_backward = 0;
  double all_reduce_bytes = 0;
  // Expert parallelism: dispatch and combine, counted as if every copy left its device; of e ranks 1/e stay. A token
  // has `copies` of them, so among n nodes only n (1 - (1 - 1/n)^copies) differ.
  Exchange expert_all_to_all;
  int copies = 0;
  Exchange expert_all_reduce;  // among the ranks that share an expert (expert_tensor_parallel)
  // Context parallelism is one of the two. Ring: K and V go to the next rank, backward with their gradients; Ulysses:
  // Q, K, V and the output change from a part of the sequence to a part of the heads.
  Exchange context_ring;
  Exchange context_all_to_all;
};

// One micro-batch through one layer.
Block layer_block(TrainingJob const& job, ParallelPlan const& plan, LayerKind const& kind = {});
// What the first stage does besides layers, and the last.
Block embedding_block(TrainingJob const& job, ParallelPlan const& plan);
Block head_block(TrainingJob const& job, ParallelPlan const& plan, bool fused_loss);
// One multi-token module without its head, which is head_block once more.
Block multi_token_block(TrainingJob const& job, ParallelPlan const& plan);

// Bytes of one element where the job computes: FP8 training keeps its activations in 16 bit.
double activation_bytes_per_element(TrainingJob const& job);

}  // namespace hpcadvise::advisor
