// SPDX-License-Identifier: Apache-2.0
#pragma once

// The constants that published steps agree with best, without moving far from what was known before.

#include "cases.hpp"

#include "advisor/fitted_constants.hpp"

namespace hpcadvise::validation {

// Minimizes the sum over sources of the mean pseudo-Huber loss of their log residuals, plus the squared distance of
// each constant's logarithm from its prior. Sources count alike, those with fewer than four rows less: a large sweep
// on one machine must not outvote the others. Gauss-Newton with reweighting; deterministic.
advisor::FittedConstants fit(std::vector<Case> const& cases, advisor::FittedConstants const& start);

// Whether a row may not be seen by the constants that predict another.
using Related = bool (*)(Case const& row, Case const& predicted);
bool of_same_source(Case const& row, Case const& predicted);
bool of_same_source_or_device(Case const& row, Case const& predicted);

// For each group of rows, those of one source and device, the constants fitted without any row that is related to it,
// and its residuals under them. In the order of `cases`.
std::vector<double> residuals_leaving_out(Related related, std::vector<Case> const& cases,
                                          advisor::FittedConstants const& start);

}  // namespace hpcadvise::validation
