// SPDX-License-Identifier: Apache-2.0
#pragma once

// How far a step time may be off: the error observed on published runs for that kind of plan, widened for what is
// unknown here, in quadrature. The interval holds 80 % of cases.

#include "advisor/step_estimate.hpp"

#include <string>
#include <vector>

namespace hpcadvise::advisor {

struct Uncertainty {
  double log_sigma = 0;
  profiles::Doubts doubts;  // beside sigma_base
  std::vector<std::string> flags;
};

Uncertainty step_uncertainty(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                             EstimateOptions const& options, bool extrapolated);

Interval interval_around(double median, double log_sigma);

}  // namespace hpcadvise::advisor
