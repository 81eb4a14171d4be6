// SPDX-License-Identifier: Apache-2.0
#pragma once

// What measured steps on a machine say about every other prediction for it.
//
// The errors of predictions for one machine are a Gaussian process: two runs share what the machine is off by, what
// like plans are off by, the more the nearer they are, and the doubts that they have in common (run_likeness.hpp;
// docs/verify.md). A measured step moves the prediction of a like plan by most of what it shows, that of an unlike one
// by little; several that agree move all. Where they are further off than predictions are, the machine is odd or their
// plans are: all that stays uncertain is in the interval.

#include "advisor/positive_definite.hpp"
#include "advisor/run_likeness.hpp"
#include "profiles/calibration.hpp"

#include <vector>

namespace hpcadvise::advisor {

struct StepEstimate;

// What a measurement of the predicted step tells; where and when it was read is for the caller to add. Precondition:
// the prediction was made without a calibration.
profiles::CalibrationAnchor anchor_of(TrainingJob const& job, StepEstimate const& predicted, FrameworkKind framework,
                                      profiles::TimeInterval const& measured);

// Anchors ready to be asked. Those of one plan count as one run.
struct StepCalibration {
  struct Run {
    RunTraits traits;
    double plan_variance = 0;   // of its plan alone, more where it stands apart
    double usual_variance = 0;  // the same had it not
    double weight = 0;          // of its covariance with a prediction, in the log of the factor on that
  };
  std::vector<Run> runs;
  double machine_variance = 0;  // of what all runs share, beyond what machines usually do
  Matrix covariance;            // of the runs' errors: its Cholesky triangle
};

// Throws UsageError for an anchor whose plan cannot be read. Precondition: at least one anchor.
StepCalibration learn(profiles::Calibration const& calibration);

struct StepCorrection {
  double log_factor = 0;         // of true over predicted step time
  double answered_variance = 0;  // of the prediction, in log, that is no longer open; below 0: the plan is an odd one
};
StepCorrection correction(StepCalibration const& calibration, RunTraits const& prediction);

// No prediction is given a smaller factor.
double least_log_factor(StepCalibration const& calibration);

// Scales the step, its terms and its rates, and narrows the interval by what was answered.
void apply(StepCorrection const& correction, StepEstimate& estimate);

// A run that takes more than this many times its prediction is not what the prediction is of, or was held up: so many
// published runs of so many do (validation_test.cpp).
inline constexpr double hopeless_slowness = 4;
inline constexpr int hopeless_runs = 3;
inline constexpr int slowness_was_seen_of = 1109;

// The anchor of one log replaces an older one of the same bytes. Throws UsageError for one that is hopelessly slow.
void add_anchor(profiles::Calibration& calibration, profiles::CalibrationAnchor anchor);

}  // namespace hpcadvise::advisor
