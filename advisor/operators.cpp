// SPDX-License-Identifier: Apache-2.0
#include "advisor/operators.hpp"

#include "advisor/constants.hpp"
#include "advisor/layer_description.hpp"

#include <algorithm>

namespace hpcadvise::advisor {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

// A shard that does not divide evenly is as long as its longest part.
std::int64_t share(std::int64_t whole, std::int64_t parts) { return (whole + parts - 1) / parts; }

std::int64_t tokens_of(TrainingJob const& job, ParallelPlan const& plan) {
  return plan.micro_batch * share(job.sequence_length, plan.context_parallel);
}

double activation_bytes(TrainingJob const& job, ParallelPlan const& plan) {
  return real(tokens_of(job, plan)) * real(job.model.hidden_size) * activation_bytes_per_element(job);
}

LayerShards shards_of(ParallelPlan const& plan) { return {plan.tensor_parallel, plan.expert_tensor_parallel}; }

// What a linear layer multiplies on one device: how many matrices, and the rows of each.
struct Rows {
  std::int64_t matrices = 1;
  std::int64_t rows = 0;
};

// Each rank sends the copies of its own tokens, the sequence being cut among the tensor-parallel ranks, and receives as
// many in the mean: experts are taken to be equally loaded.
Rows expert_rows(LayerDescription const& layer, TrainingJob const& job, ParallelPlan const& plan) {
  std::int64_t const copies = tokens_of(job, plan) * layer.experts_per_token * plan.expert_tensor_parallel;
  std::int64_t const local_experts = share(layer.expert_count, plan.expert_parallel);
  return {local_experts, share(share(copies, plan.tensor_parallel), local_experts)};
}

Rows rows_of(Linear const& linear, LayerDescription const& layer, TrainingJob const& job, ParallelPlan const& plan) {
  if (linear.part == LinearPart::expert) return expert_rows(layer, job, plan);
  std::int64_t const tokens = tokens_of(job, plan);
  return {1, linear.replicated && plan.sequence_parallel ? share(tokens, plan.tensor_parallel) : tokens};
}

void add_gemms(Block& block, Linear const& linear, Rows const& rows, std::optional<LoraAdapters> const& lora) {
  GemmOperator gemm;
  gemm.name = linear.name;
  gemm.forward = {rows.rows, linear.outputs, linear.inputs};
  gemm.count = real(rows.matrices);
  gemm.quantized = linear.part != LinearPart::router;
  gemm.weight_gradient = !lora;
  gemm.grouped = linear.part == LinearPart::expert;
  block.gemms.push_back(gemm);
  if (!lora || !is_adapted(*lora, linear)) return;
  GemmOperator adapter = gemm;
  adapter.quantized = false;
  adapter.weight_gradient = true;
  adapter.name = "lora_down";
  adapter.forward = {rows.rows, linear.fused * lora->rank, linear.inputs};
  block.gemms.push_back(adapter);
  adapter.name = "lora_up";
  adapter.forward = {rows.rows, linear.outputs, lora->rank};
  block.gemms.push_back(adapter);
}

double elementwise_elements(LayerDescription const& layer, TrainingJob const& job, ParallelPlan const& plan) {
  double const norm_share = plan.sequence_parallel ? real(plan.tensor_parallel) : 1.0;
  double elements = real(tokens_of(job, plan)) * (layer.hidden_elements / norm_share + layer.cut_elements);
  if (!job.lora) return elements;
  // What an adapter yields is added to what its layer yields: two reads and a write.
  for (Linear const& linear : layer.linears) {
    if (!is_adapted(*job.lora, linear)) continue;
    auto const rows = rows_of(linear, layer, job, plan);
    elements += 3 * real(rows.matrices * rows.rows * linear.outputs);
  }
  return elements;
}

void add_attention(Block& block, LayerAttention const& attention, TrainingJob const& job, ParallelPlan const& plan) {
  // Ulysses sees the whole sequence for a part of the heads, a ring a part of the sequence for all of them.
  bool const ulysses = plan.context_exchange == ContextExchange::all_to_all;
  std::int64_t const head_parts = ulysses ? plan.context_parallel : 1;
  std::int64_t const query_parts = ulysses ? 1 : plan.context_parallel;
  block.attention = AttentionOperator{.batch = plan.micro_batch,
                                      .heads = share(attention.heads, head_parts),
                                      .kv_heads = share(attention.kv_heads, head_parts),
                                      .query_length = share(job.sequence_length, query_parts),
                                      .key_length = job.sequence_length,
                                      .head_size = attention.head_size,
                                      .causal = attention.causal,
                                      .value_head_size = attention.value_head_size,
                                      .window = attention.window};
  if (plan.context_parallel == 1) return;
  // Liu et al. 2023, Ring Attention, arXiv:2310.01889: every other rank's keys and values pass by. Backward their
  // gradients travel with them.
  double const token_bytes = real(tokens_of(job, plan)) * activation_bytes_per_element(job);
  double const sizes = real(attention.head_size + attention.value_head_size);
  double const steps = real(plan.context_parallel - 1);
  block.context_ring = {steps, 2 * steps, token_bytes * real(attention.kv_heads) * sizes};
  // Jacobs et al. 2023, DeepSpeed Ulysses, arXiv:2309.14509, section 3.2: Q, K and V before, the output after.
  block.context_all_to_all = {1, 1, token_bytes * real(attention.heads + attention.kv_heads) * sizes};
}

void add_expert_exchange(Block& block, LayerDescription const& layer, TrainingJob const& job,
                         ParallelPlan const& plan) {
  if (layer.expert_count == 0) return;
  double const sent_bytes = activation_bytes(job, plan) * layer.experts_per_token / real(plan.tensor_parallel);
  block.copies = layer.experts_per_token;
  if (plan.expert_parallel > 1) block.expert_all_to_all = {2, 2, sent_bytes};
  // The ranks that share an expert gather each other's copies before it and reduce its output after it.
  if (plan.expert_tensor_parallel > 1) block.expert_all_reduce = {1, 1, sent_bytes * real(plan.expert_tensor_parallel)};
}

Block block_of(LayerDescription const& layer, TrainingJob const& job, ParallelPlan const& plan) {
  Block block;
  for (Linear const& linear : layer.linears) add_gemms(block, linear, rows_of(linear, layer, job, plan), job.lora);
  if (layer.attention) add_attention(block, *layer.attention, job, plan);
  add_expert_exchange(block, layer, job, plan);

  double const bytes = elementwise_elements(layer, job, plan) * activation_bytes_per_element(job);
  block.elementwise = {{"layer", bytes, bytes * constants::elementwise_backward_factor}};

  // With sequence parallelism each all-reduce is an all-gather and a reduce-scatter: the same bytes.
  if (plan.tensor_parallel > 1) {
    block.all_reduces_forward = layer.tensor_parallel_reductions;
    block.all_reduces_backward = layer.tensor_parallel_reductions;
    block.all_reduce_bytes = activation_bytes(job, plan);
  }
  return block;
}

}  // namespace

double activation_bytes_per_element(TrainingJob const& job) {
  return std::max(2, profiles::bytes_per_element(job.precision));
}

double attention_scores(AttentionOperator const& attention) {
  return real(attention.batch) * real(attention.heads) * real(attention.query_length) * real(attention.key_length);
}

double attention_forward_flops(AttentionOperator const& attention) {
  std::int64_t const value_size = attention.value_head_size > 0 ? attention.value_head_size : attention.head_size;
  LayerAttention const layer{attention.heads, attention.kv_heads, attention.head_size,
                             value_size,      attention.window,   attention.causal};
  double const pairs = attended_pairs(layer, real(attention.query_length), real(attention.key_length));
  return 2 * real(attention.batch) * real(attention.heads) * pairs * real(attention.head_size + value_size);
}

Block layer_block(TrainingJob const& job, ParallelPlan const& plan, LayerKind const& kind) {
  return block_of(describe_layer(job.model, kind, shards_of(plan)), job, plan);
}

Block multi_token_block(TrainingJob const& job, ParallelPlan const& plan) {
  auto layer = describe_layer(job.model, last_layer_kind(job.model), shards_of(plan));
  auto const input = describe_multi_token_input(job.model, shards_of(plan));
  layer.linears.insert(layer.linears.begin(), input.linears.begin(), input.linears.end());
  layer.hidden_elements += input.hidden_elements;
  layer.tensor_parallel_reductions += input.tensor_parallel_reductions;
  return block_of(layer, job, plan);
}

Block embedding_block(TrainingJob const& job, ParallelPlan const& plan) {
  Block block;
  double const bytes = activation_bytes(job, plan);
  // Forward: read a row, write it. Backward: read the gradient, read and write the rows it adds to; none when frozen.
  block.elementwise = {{"embedding", 2 * bytes, job.lora ? 0 : 3 * bytes, false}};
  if (plan.tensor_parallel > 1) {
    block.all_reduces_forward = 1;
    block.all_reduce_bytes = bytes;
  }
  return block;
}

Block head_block(TrainingJob const& job, ParallelPlan const& plan, bool fused_loss) {
  std::int64_t const tokens = tokens_of(job, plan);
  std::int64_t const vocabulary = share(job.model.vocabulary_size, plan.tensor_parallel);
  Block block;
  GemmOperator head;
  head.name = "lm_head";
  head.forward = {tokens, vocabulary, job.model.hidden_size};
  head.quantized = false;
  head.weight_gradient = !job.lora;
  block.gemms = {head};
  double const logits = real(tokens) * real(vocabulary);
  // Of the 32 bytes, 18 are read and written before the loss is known; fused, half.
  double const bytes = logits * (fused_loss ? constants::fused_loss_bytes_per_logit : constants::loss_bytes_per_logit);
  double const forward_share = fused_loss ? 0.5 : 18.0 / 32;
  block.elementwise = {{"loss", bytes * forward_share, bytes * (1 - forward_share), false}};
  if (plan.tensor_parallel > 1) {
    block.all_reduces_backward = 1;
    block.all_reduce_bytes = activation_bytes(job, plan);
  }
  return block;
}

}  // namespace hpcadvise::advisor
