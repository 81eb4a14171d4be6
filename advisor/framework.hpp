// SPDX-License-Identifier: Apache-2.0
#pragma once

// What kinds of training framework do differently, as far as it changes time or memory: one row a kind.

#include "advisor/attention_kernel.hpp"
#include "advisor/constants.hpp"
#include "advisor/fitted_constants.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

enum class FrameworkKind {
  megatron_core,
  nemo,
  megatron_legacy,
  megatron_deepspeed,
  internevo,
  nanotron,
  hugging_face,
  pytorch,
  pytorch_compiled,
  fsdp_plain,
  fsdp_plain_compiled,
  fsdp_eager,
  llm_foundry,
  torchtitan_eager,
  fsdp_compiled,
  maxtext,
  unknown
};

// Megatron-Core as its own scripts run it, or NeMo's and Megatron-Bridge's.
constexpr bool is_megatron_core(FrameworkKind kind) {
  return kind == FrameworkKind::megatron_core || kind == FrameworkKind::nemo;
}

// When the gradients of data parallelism travel.
enum class GradientOverlap {
  none,           // after the last backward pass
  last_backward,  // under the backward pass of the last micro-batch
  every_layer     // prefetched layer by layer, as FSDP does
};

// How many network shares the q ranks of one ring in a node get.
enum class Aggregation { one_share, some_shares, all_shares };

// A training loop of one's own: PyTorch's data parallelism, or its FSDP.
constexpr bool is_own_loop(FrameworkKind kind) {
  return kind == FrameworkKind::pytorch || kind == FrameworkKind::pytorch_compiled;
}

struct FrameworkTraits {
  FrameworkKind kind;
  std::string_view name;

  // Bytes moved by elementwise work over the count of operators.cpp, for GPT-like layers (LayerNorm, GELU) and for
  // those with RMSNorm, rotary positions and a gated FFN.
  double FittedConstants::*elementwise_plain;
  double FittedConstants::*elementwise_gated;
  // What the host needs to launch a layer, by how much of it is fused.
  double FittedConstants::*host_layer_plain_s = &FittedConstants::host_layer_eager_s;
  double FittedConstants::*host_layer_gated_s = &FittedConstants::host_layer_eager_s;
  // The same where no layer's parameters are gathered and FSDP's hooks do not run, some twenty calls of Python a layer.
  // Null: no less.
  double FittedConstants::*host_layer_ungathered_s = nullptr;
  bool hardly_fitted = false;  // hardly a run of it was fitted: in doubt as a framework that is not stated
  bool old_libraries = false;  // of 2022-23, for devices whose libraries have improved since
  // Moved for each parameter in every micro-batch: gradients added to their sum, sharded parameters copied out of the
  // gathered buffer.
  double accumulation_bytes = 8;
  bool fused_casts = false;     // to FP8
  bool gathers_in_fp8 = false;  // weights of linear layers, and their inputs under sequence parallelism
  AttentionKernel attention_kernel = AttentionKernel::flash_2;  // unless told otherwise
  bool overlaps_tensor_parallel = false;  // unless told not to, where it can: cost/tensor_parallel.cpp
  bool copies_gathered_sequence = false;  // under sequence parallelism
  bool slow_tensor_parallel = false;      // as published runs that nothing was fitted on have it: sigma_eager_tensor
  GradientOverlap gradient_overlap = GradientOverlap::none;
  // DeepSpeed's ZeRO-1 and 2 wait for each reduction, ZeRO-3 does not: its default of overlap_comm
  // (deepspeed/runtime/zero/config.py, overlap_comm_valid).
  bool zero_waits_for_gradients = false;
  // Its ZeRO-2 shards parameters as well, but from a micro-batch's forward to its backward pass: FSDP's SHARD_GRAD_OP
  // (torch.distributed.fsdp.ShardingStrategy).
  bool zero2_gathers = false;
  // Under ZeRO-1 and 2 (deepspeed/runtime/zero/stage_1_and_2.py, allreduce_and_scatter: the default since 2023).
  bool zero_reduces_whole = false;
  Aggregation aggregation = Aggregation::all_shares;
  Aggregation zero3_aggregation = Aggregation::all_shares;  // for parameters sharded by ZeRO-3 or FSDP
  bool pipeline_sends_whole = false;       // every tensor-parallel rank sends the whole activation, not 1/t of it
  bool embedding_is_a_stage_item = false;  // layers, embedding and head are dealt to stages as equal items

  // Experts are cut like everything else unless the user says otherwise (Megatron-Core, model_parallel_config.py,
  // expert_tensor_parallel_size).
  bool cuts_experts_by_default = false;

  bool drops_by_default = false;  // dropout, unless told not to (Megatron's --hidden-dropout 0.1)
  // Gradients are there from the backward pass to the optimizer's step alone (torch.optim.Optimizer.zero_grad,
  // set_to_none), or as XLA places them.
  bool frees_gradients = false;
  // DistributedDataParallel, which copies all gradients to buckets (torch/nn/parallel/distributed.py,
  // gradient_as_bucket_view), or FSDP, which gathers on a stream of its own.
  bool pytorch_data_parallel = false;
  bool fp32_weights = false;    // kept in fp32 and cast as they are gathered: no master copy beside them
  double gated_ffn_copies = 3;  // FFN-wide tensors that a gated FFN keeps for its backward pass; 3 when fused
  bool norms_in_fp32 = false;   // RMSNorm keeps an fp32 copy of its input, and its result before the weight
  // The router's weights multiply the activation function's output, so that the expert's own output need not be kept
  // (megatron/core/transformer/moe/experts.py).
  bool weighs_inside_experts = false;
  bool fused_loss = false;         // unless told otherwise: 16-bit logits and their gradient are all it holds
  double logit_bytes = 10;         // at the peak of a loss that is not fused, a logit
  double cut_logit_bytes = 10;     // the same where tensor-parallel ranks share the vocabulary
  double logit_share_kept = 0;     // of them, while the layers' backward passes run
  double gradient_bytes = 4;       // a parameter, in 16-bit training
  double zero_bucket_bytes = 0;    // reduce and gather buckets under ZeRO-1 and 2
  double live_parameters = 0;      // under ZeRO-3 gathered ones stay until they are as many
  double gradient_wire_bytes = 4;  // as reduced, in bf16 training; fp16 gradients travel as 2
  bool owners_broadcast = false;   // under ZeRO-1 each rank broadcasts its parameters, one rank after the other
  // DeepSpeed's bf16 optimizer owns a part of the state on each data-parallel rank whatever the ZeRO stage, and reduces
  // whole gradients (deepspeed/runtime/bf16_optimizer.py, pipe/engine.py).
  bool has_bf16_optimizer = false;
  // Selective recomputation repeats norms and activation functions where fused attention leaves no scores to drop.
  bool selective_repeats_activations = false;
  // Without recomputation, of a dense layer, what stands between products is repeated all the same.
  bool keeps_products_alone = false;
  bool selective_repeats_gemms = false;  // selective recomputation repeats half the GEMMs, not attention alone
  // Offload takes the weights to the host as well (torch.distributed.fsdp, CPUOffloadPolicy).
  bool offloads_weights = false;
};

FrameworkTraits const& framework_traits(FrameworkKind kind);
std::span<FrameworkTraits const> all_framework_traits();

std::string_view to_string(FrameworkKind kind);
// By the words sources use: "llm-foundry (PyTorch FSDP)", "Megatron-DeepSpeed". Unrecognized: unknown.
FrameworkKind framework_kind_from_text(std::string_view text);
// The same framework with its layers compiled by torch.compile, or not; of one for which that is no choice, itself.
FrameworkKind compiled_or_not(FrameworkKind kind, bool compiled);
// What who says such a word may have meant in place of that kind, as part of a sentence; mostly empty.
std::string_view framework_hint(std::string_view text);
// Those words, in alphabetical order.
std::vector<std::string_view> framework_words();

}  // namespace hpcadvise::advisor
