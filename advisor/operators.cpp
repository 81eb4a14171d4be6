// SPDX-License-Identifier: Apache-2.0
#include "advisor/operators.hpp"

#include "advisor/constants.hpp"

#include <algorithm>

namespace hpcadvise::advisor {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

// A shard that tensor parallelism does not divide evenly is as long as its longest part.
std::int64_t share(std::int64_t whole, std::int64_t parts) { return (whole + parts - 1) / parts; }

std::int64_t tokens_of(TrainingJob const& job, ParallelPlan const& plan) {
  return plan.micro_batch * share(job.sequence_length, plan.context_parallel);
}

double activation_bytes(TrainingJob const& job, ParallelPlan const& plan) {
  return real(tokens_of(job, plan)) * real(job.model.hidden_size) * activation_bytes_per_element(job);
}

}  // namespace

double activation_bytes_per_element(TrainingJob const& job) {
  return std::max(2, profiles::bytes_per_element(job.precision));
}

double attention_scores(AttentionOperator const& attention) {
  return real(attention.batch) * real(attention.heads) * real(attention.query_length) * real(attention.key_length);
}

double attention_forward_flops(AttentionOperator const& attention) {
  double const all = 4 * attention_scores(attention) * real(attention.head_size);
  return attention.causal ? all / 2 : all;
}

Block layer_block(TrainingJob const& job, ParallelPlan const& plan) {
  ModelSpec const& model = job.model;
  std::int64_t const t = plan.tensor_parallel;
  std::int64_t const tokens = tokens_of(job, plan);
  std::int64_t const heads = share(model.head_count, t);
  std::int64_t const kv_heads = share(model.kv_head_count, t);  // replicated when t exceeds them
  std::int64_t const ffn = share(model.ffn_size, t);
  std::int64_t const hidden = model.hidden_size;
  std::int64_t const head_size = model.head_size;

  Block block;
  block.gemms = {{"qkv", {tokens, (heads + 2 * kv_heads) * head_size, hidden}},
                 {"attention_output", {tokens, hidden, heads * head_size}},
                 {"ffn_up", {tokens, model.gated_ffn ? 2 * ffn : ffn, hidden}},
                 {"ffn_down", {tokens, hidden, ffn}}};
  block.attention =
      AttentionOperator{plan.micro_batch,    heads,     kv_heads, share(job.sequence_length, plan.context_parallel),
                        job.sequence_length, head_size, true};

  // Elements a token reads and writes: norms, residuals and dropout over hidden (14); bias, rotary and layout changes
  // over Q, K, V and the attention output (5); bias and activation over the FFN (4, gated 5). Sequence parallelism
  // shares the first among the tensor-parallel ranks (Korthikanti et al. 2022, section 4.2.2).
  double const norm_share = plan.sequence_parallel ? real(t) : 1.0;
  double const elements = 14 * real(hidden) / norm_share + 5 * real((heads + 2 * kv_heads) * head_size) +
                          (model.gated_ffn ? 5 : 4) * real(ffn);
  double const bytes = real(tokens) * elements * activation_bytes_per_element(job);
  block.elementwise = {{"layer", bytes, bytes * constants::elementwise_backward_factor}};

  // Megatron-LM (Shoeybi et al. 2019), section 3: two all-reduces a layer forward, two backward. With sequence
  // parallelism each is an all-gather and a reduce-scatter: the same bytes.
  if (t > 1) {
    block.all_reduces_forward = 2;
    block.all_reduces_backward = 2;
    block.all_reduce_bytes = activation_bytes(job, plan);
  }
  return block;
}

Block embedding_block(TrainingJob const& job, ParallelPlan const& plan) {
  Block block;
  double const bytes = activation_bytes(job, plan);
  // Forward: read a row, write it. Backward: read the gradient, read and write the rows it adds to.
  block.elementwise = {{"embedding", 2 * bytes, 3 * bytes, false}};
  if (plan.tensor_parallel > 1) {
    block.all_reduces_forward = 1;
    block.all_reduce_bytes = bytes;
  }
  return block;
}

Block head_block(TrainingJob const& job, ParallelPlan const& plan) {
  std::int64_t const tokens = tokens_of(job, plan);
  std::int64_t const vocabulary = share(job.model.vocabulary_size, plan.tensor_parallel);
  Block block;
  block.gemms = {{"lm_head", {tokens, vocabulary, job.model.hidden_size}, 1, false}};
  double const loss_bytes = real(tokens) * real(vocabulary) * constants::loss_bytes_per_logit;
  // Of the 32 bytes, 18 are read and written before the loss is known.
  block.elementwise = {{"loss", loss_bytes * 18 / 32, loss_bytes * 14 / 32, false}};
  if (plan.tensor_parallel > 1) {
    block.all_reduces_backward = 1;
    block.all_reduce_bytes = activation_bytes(job, plan);
  }
  return block;
}

}  // namespace hpcadvise::advisor
