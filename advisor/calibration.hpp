// SPDX-License-Identifier: Apache-2.0
#pragma once

// What measured steps on a machine say about every other prediction for it.
//
// The error of a prediction has two parts: one that a machine and its software share (sd 0.06 in log, found between
// sources of published runs) and one of the single plan (0.075, within sources); docs/cost_model.md. A measured step
// tells of the first. Its estimate is the posterior mean under a normal prior around no error, so that one run moves
// predictions by part of what it shows and several by nearly all of it; what stays uncertain is in the interval.

#include "profiles/calibration.hpp"

#include <string_view>

namespace hpcadvise::advisor {

struct StepEstimate;

struct CalibrationFactor {
  double log_factor = 0;         // of true over predicted step times
  double answered_variance = 0;  // in log: of the anchors' own predictions, before
  double left_variance = 0;      // and after: that of the factor and of the single plan
};

// For predictions that assume `framework`; anchors of another one say less. Anchors of one plan count as one run.
// Precondition: at least one anchor.
CalibrationFactor calibrate(profiles::Calibration const& calibration, std::string_view framework);

// Scales the step, its terms and its rates, and narrows the interval by what the anchors answered. Doubts that they
// did not share (another number format, a larger machine) stay.
void apply(CalibrationFactor const& factor, StepEstimate& estimate);

// A run that takes more than this many times its prediction is not what the prediction is of, or was held up: of 493
// published runs none takes over 2.7 times (validation_test.cpp).
inline constexpr double hopeless_slowness = 4;

// The anchor of one log replaces an older one of the same bytes. Throws UsageError for one that is hopelessly slow.
void add_anchor(profiles::Calibration& calibration, profiles::CalibrationAnchor anchor);

}  // namespace hpcadvise::advisor
