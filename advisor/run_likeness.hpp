// SPDX-License-Identifier: Apache-2.0
#pragma once

// How much of its prediction's error a run shares with another run on the same machine.

#include "advisor/framework.hpp"
#include "advisor/model_spec.hpp"
#include "advisor/parallel_plan.hpp"
#include "profiles/calibration.hpp"

#include <cstdint>
#include <string>

namespace hpcadvise::advisor {

// What two runs are compared by.
struct RunTraits {
  ParallelPlan plan;
  std::string model;
  double parameter_count = 0;  // 0: not known
  std::int64_t sequence_length = 0;
  std::string precision;
  std::string framework;  // its kind
  profiles::Doubts doubts;
};

RunTraits run_traits(TrainingJob const& job, ParallelPlan const& plan, FrameworkKind framework,
                     profiles::Doubts doubts);

// But for recomputation: a plan that repeats more is never taken to be faster for what was measured of another.
bool same_plan(RunTraits const& left, RunTraits const& right);

// The covariance of the errors of two runs, in log of the step time; of a run with itself what others may share of it.
double shared_variance(RunTraits const& left, RunTraits const& right);

// What no other plan shares of a run's doubts: sigma_plan and the rest of `log_variance`, that of its prediction.
double variance_of_plan_alone(RunTraits const& run, double log_variance);

}  // namespace hpcadvise::advisor
