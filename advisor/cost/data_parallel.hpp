// SPDX-License-Identifier: Apache-2.0
#pragma once

// Gradients and parameters that travel between data-parallel ranks, as far as nothing hides them.

#include "advisor/cost/context.hpp"
#include "advisor/stage_layout.hpp"

namespace hpcadvise::advisor {

struct DataParallelInput {
  StageParameters parameters;
  double layers = 1;         // of its stage: parameters travel layer by layer
  double micro_batch_s = 0;  // its stage, forward and backward
  double micro_batch_backward_s = 0;
  double ends = 0;  // of the parameters: embedding and head, which stay in 16 bit when FP8 is gathered
};

// none: an all-reduce. zero1: reduce-scatter and all-gather once a step; zero2: a reduce-scatter each micro-batch.
// zero3: parameters gathered before forward and before backward, gradients scattered, each micro-batch
// (Rajbhandari et al. 2020, section 7); FSDP's zero2: the same with one gather, see zero2_gathers; under a pipeline
// zero2 and zero3 travel as zero1 does, see gathers_once(). Where shards are held by a part of the ranks only (HSDP,
// MiCS), gathers stay inside it and gradients are reduced among the parts in the end. Context-parallel ranks hold the
// same parameters and reduce with the data-parallel ones; experts are reduced among the ranks that hold the same.
// Frozen parameters are gathered under ZeRO-3, and travel in no other way.
double data_parallel_cost_s(CostContext const& context, DataParallelInput const& input);

}  // namespace hpcadvise::advisor
