// SPDX-License-Identifier: Apache-2.0
#pragma once

// A step's terms from what was computed before of model, micro-batch and pipeline: arithmetic only, for the search.

#include "advisor/cost/block_cost.hpp"
#include "advisor/cost/pipeline.hpp"
#include "advisor/model_facts.hpp"

#include <span>

namespace hpcadvise::advisor {

// `cost` and `stages` are those of the context's plan, `pace` of both.
StepTerms step_terms(CostContext const& context, ModelFacts const& facts, ModelCost const& cost,
                     std::span<Stage const> stages, PipelinePace const& pace);

}  // namespace hpcadvise::advisor
