// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the step answers to each of the machine's rates.

#include "advisor/step_estimate.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

struct Sensitivity {
  std::string_view rate;   // "matrix multiplication"
  double step_change = 0;  // of the step time, with 10 % more of the rate: -0.04
};

// In the order of the table, rates that the plan does not use left out.
std::vector<Sensitivity> sensitivities(TrainingJob const& job, StepEstimate const& estimate, Machine const& machine,
                                       EstimateOptions const& options);

// "sensitivity: +10 % matrix multiplication: -7.2 % step; +10 % network: -0.8 % step"; empty without any.
std::string sensitivity_sentence(std::vector<Sensitivity> const& rates);

}  // namespace hpcadvise::advisor
