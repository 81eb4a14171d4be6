// SPDX-License-Identifier: Apache-2.0
#pragma once

// What kinds of training framework do differently, as far as it changes time or memory: one row a kind.

#include "advisor/constants.hpp"

#include <span>
#include <string_view>

namespace hpcadvise::advisor {

enum class FrameworkKind {
  megatron_core,
  megatron_legacy,
  megatron_deepspeed,
  internevo,
  fsdp_eager,
  fsdp_compiled,
  unknown
};

// When the gradients of data parallelism travel.
enum class GradientOverlap {
  none,           // after the last backward pass
  last_backward,  // under the backward pass of the last micro-batch
  every_layer     // prefetched layer by layer, as FSDP does
};

struct FrameworkTraits {
  FrameworkKind kind;
  std::string_view name;

  // Bytes moved by elementwise work over the count of operators.cpp, for GPT-like layers (LayerNorm, GELU) and for
  // those with RMSNorm, rotary positions and a gated FFN.
  double elementwise_plain;
  double elementwise_gated;
  double gemm_factor = 1;                                                 // over the plateau of today's libraries
  double tensor_parallel_exposure = constants::tensor_parallel_exposure;  // share on the critical path
  GradientOverlap gradient_overlap = GradientOverlap::none;
  double aggregation_exponent = 1;         // q ranks of one ring in a node get q^x network shares
  double zero3_aggregation_exponent = 1;   // the same for parameters sharded by ZeRO-3 or FSDP
  bool pipeline_sends_whole = false;       // every tensor-parallel rank sends the whole activation, not 1/t of it
  bool embedding_is_a_stage_item = false;  // layers, embedding and head are dealt to stages as equal items

  bool fp32_weights = false;             // kept in fp32 and cast as they are gathered: no master copy beside them
  double gated_ffn_copies = 3;           // FFN-wide tensors that a gated FFN keeps for its backward pass; 3 when fused
  double logit_bytes = 10;               // kept for the backward pass of the loss, a logit
  double gradient_bytes = 4;             // a parameter, in 16-bit training
  double zero_bucket_bytes = 0;          // reduce and gather buckets under ZeRO-1 and 2
  double gradient_wire_bytes = 4;        // as reduced, in bf16 training; fp16 gradients travel as 2
  bool selective_repeats_gemms = false;  // selective recomputation repeats half the GEMMs, not attention alone
};

FrameworkTraits const& framework_traits(FrameworkKind kind);
std::span<FrameworkTraits const> all_framework_traits();

std::string_view to_string(FrameworkKind kind);
// By the words sources use: "llm-foundry (PyTorch FSDP)", "Megatron-DeepSpeed". Unrecognized: unknown.
FrameworkKind framework_kind_from_text(std::string_view text);

}  // namespace hpcadvise::advisor
