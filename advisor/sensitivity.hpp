// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the step answers to each of the machine's rates, and which of them is worth measuring.

#include "advisor/step_estimate.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

struct Sensitivity {
  std::string_view rate;   // "matrix multiplication"
  std::string_view probe;  // what measures it, as `probe --only` takes it
  double step_change = 0;  // of the step time, with 10 % more of the rate: -0.04
  double rate_sigma = 0;   // how uncertain the rate is, in log: by where it comes from
  double step_sigma = 0;   // what that makes of the step time
};

// In the order of the table, rates that the plan does not use left out.
std::vector<Sensitivity> sensitivities(TrainingJob const& job, StepEstimate const& estimate, Machine const& machine,
                                       EstimateOptions const& options);

// "10 % more of a rate shortens the step by: matrix multiplication 7.2 %, network 0.8 %", and the measurement that
// would narrow the interval most, if there is one.
std::vector<std::string> sensitivity_sentences(std::vector<Sensitivity> const& rates);

}  // namespace hpcadvise::advisor
