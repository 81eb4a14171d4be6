// SPDX-License-Identifier: Apache-2.0
#pragma once

// The step time that a log shows: start-up and pauses set aside, the median with an interval.

#include "advisor/model_spec.hpp"
#include "advisor/parallel_plan.hpp"
#include "advisor/training_log.hpp"

#include <string>
#include <vector>

namespace hpcadvise::advisor {

// Left out after every start: compilation, allocator growth, cold caches and files.
inline constexpr std::int64_t warm_up_iterations = 5;
// A reading this many times the median is a pause (a checkpoint, an evaluation) or a fault, no step.
inline constexpr double pause_factor = 1.5;
// Beyond this share they are no exceptions, and stay.
inline constexpr double most_pauses = 0.25;

struct StepReadings {
  double median_s = 0;
  double low_s = 0;  // 95 % of the median from 6 readings on, without assuming a distribution; else the extremes
  double high_s = 0;
  std::vector<double> times_s;      // the readings that count, in order
  std::int64_t warm_up = 0;         // readings left out after a start
  std::int64_t pauses = 0;          // readings left out for being too long
  double pauses_share_of_time = 0;  // of the time after warm-up: what they took beyond a median step
  std::int64_t other_batches = 0;   // readings left out for another global batch
  std::int64_t no_times = 0;        // readings left out for being zero, below or infinite
  std::int64_t nan_losses = 0;
  std::vector<std::string> notes;  // a sentence for each thing left out or doubtful
};

// Throughputs become times by the batch of the plan. The first reading after each start is left out, and those within
// its first warm_up_iterations iterations; when nothing else is there, the last one stands, and a note says so. Throws
// UsageError when no step of the log runs the plan's global batch (both values), or none takes a time above zero.
StepReadings step_readings(TrainingLog const& log, TrainingJob const& job, ParallelPlan const& plan);

// Median of a timer, its first reading (start-up) left out when there are more.
double median_timer_s(std::vector<double> readings_s);

}  // namespace hpcadvise::advisor
