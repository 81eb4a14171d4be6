// SPDX-License-Identifier: Apache-2.0
#pragma once

// A training log against the prediction for its plan.

#include "advisor/step_estimate.hpp"
#include "advisor/step_readings.hpp"
#include "advisor/training_log.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::advisor {

// A part of the step that the program times, beside the terms that predict it.
struct TermComparison {
  std::string label;
  double measured_s = 0;
  double predicted_s = 0;
  std::vector<std::string> timers;  // by the program's names; empty for what no timer covers
};

struct MemoryComparison {
  std::optional<double> measured_allocated_bytes;
  std::optional<double> measured_reserved_bytes;
  double predicted_allocated_bytes = 0;
  double predicted_reserved_bytes = 0;  // without the device runtime's own, which no allocator sees
  double capacity_bytes = 0;
};

struct Verification {
  StepReadings measured;
  StepEstimate predicted;
  MemoryComparison memory;
  std::vector<TermComparison> terms;  // add up to the step on both sides; empty without timers
  std::optional<double> logged_flops_per_s_per_device;
  std::vector<std::string> verdict;   // what the comparison says, a sentence each
  std::vector<std::string> observed;  // what the log shows that may explain it, as possibilities

  double step_error() const { return predicted.step_time_s.median / measured.median_s - 1; }  // above 0: too slow
  bool inside() const {
    return measured.median_s >= predicted.step_time_s.low && measured.median_s <= predicted.step_time_s.high;
  }
};

// Throws UsageError when the log was run with other settings than the plan's: each with both values.
void check_settings(LogSettings const& settings, TrainingJob const& job, ParallelPlan const& plan,
                    EstimateOptions const& options);

// Empty when the log has no timers that are known.
std::vector<TermComparison> compare_terms(TrainingLog const& log, double measured_step_s, StepTerms const& predicted);

// Precondition: the plan is legal for the job (see plan_problem). Throws UsageError as check_settings and
// step_readings do, and for steps that no device of the machine could be fast enough for.
Verification verify(TrainingLog const& log, TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                    EstimateOptions const& options);

nlohmann::ordered_json verification_to_json(Verification const& verification);

}  // namespace hpcadvise::advisor
