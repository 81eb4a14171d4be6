// SPDX-License-Identifier: Apache-2.0
#pragma once

// What would make a plan faster: changes that were tried, by an estimate each.

#include "advisor/step_estimate.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace hpcadvise::advisor {

struct PlanGain {
  std::string what;  // "a global batch of 2,048", "cp=1,dp=128"
  double gain = 0;   // of tokens a second: 0.06
  // Tokens to the same loss, over those with the plan's own batch; 1 where the batch is the same or no law is known.
  double tokens_factor = 1;
};

struct PlanGains {
  std::size_t tried = 0;        // changes that can be run here
  std::vector<PlanGain> gains;  // of at least 1 % and more than the tokens that it costs, the largest first
};

// On the same devices, one part of the plan or the batch changed and what must go with it, with the memory no fuller
// than the plan's own verdict on it allows. No batch above the critical one, where that is known, nor a kind of
// framework but the one stated, its layers compiled or not and its attention the best that the device has.
PlanGains plan_gains(TrainingJob const& job, StepEstimate const& estimate, Machine const& machine,
                     EstimateOptions const& options);

// "would raise the rate, each by itself: cp=1,dp=128: +6.1 % tokens/s, the most of 9 changes tried; a global batch of
// 2,048: +4.2 %, for 17 % more tokens to the same loss"; empty where nothing gains.
std::string gain_sentence(PlanGains const& gains);

}  // namespace hpcadvise::advisor
