// SPDX-License-Identifier: Apache-2.0
#pragma once

// How far predictions are from what was measured.

#include "cases.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::validation {

double median(std::vector<double> values);  // NaN for none
double mean(std::vector<double> const& values);

// |predicted / measured - 1|, a ratio.
double error_of(double log_residual);

struct Errors {
  std::size_t count = 0;
  double median = 0;
  double mean = 0;
  double bias = 0;          // mean of the log residuals; below 0: predicted too fast
  double spread = 0;        // root mean square of the log residuals
  double inside_share = 0;  // of the measured times between the 10th and the 90th percentile
};
// `log_sigmas` as predicted for each case.
Errors errors_of(std::vector<double> const& residuals, std::vector<double> const& log_sigmas);

using KeyOf = std::function<std::string(Case const&)>;
std::string source_of(Case const& each);
std::string device_of(Case const& each);
struct GroupErrors {
  std::string name;
  Errors errors;
};
// By name.
std::vector<GroupErrors> errors_by(std::vector<Case> const& cases, std::vector<double> const& residuals,
                                   std::vector<double> const& log_sigmas, KeyOf const& key_of);

// The median over sources of each one's median error.
double median_over_sources(std::vector<Case> const& cases, std::vector<double> const& residuals,
                           std::vector<double> const& sigmas);
// The mean over sources of each one's share of runs between the 10th and the 90th percentile.
double inside_over_sources(std::vector<Case> const& cases, std::vector<double> const& residuals,
                           std::vector<double> const& sigmas);

std::vector<double> log_sigmas(std::vector<Case> const& cases, advisor::FittedConstants const& fitted);

struct PeakErrors {
  advisor::PeakKind kind;
  std::size_t count = 0;
  double median = 0;
  double bias = 0;  // mean of the log ratios; below 0: predicted too little
};

// Of the published runs that say how much memory they took, or that they ran out of it.
struct MemoryScore {
  std::size_t peak_count = 0;
  double median_error = 0;
  std::size_t a_tenth_higher = 0;   // peaks that were more than a tenth above their prediction
  std::vector<PeakErrors> by_kind;  // of those that occur
  std::size_t ran = 0;
  std::size_t ran_but_called_infeasible = 0;
  // Of those that state recomputation: where it is not stated it is taken to be what fits.
  std::size_t stated = 0;
  std::size_t stated_but_called_infeasible = 0;
  std::size_t out_of_memory = 0;
  std::size_t out_of_memory_called = 0;
};
MemoryScore memory_score(std::vector<advisor::RunResult> const& rows);

// Plans of one problem (source, device, device count, model, sequence, global batch, precision) against each other.
struct OrderScore {
  std::size_t pairs = 0;     // of different plans whose measured times differ by more than 5 %
  double right_share = 0;    // put in the right order
  std::size_t problems = 0;  // with two plans or more
  double median_regret = 0;  // of the plan predicted fastest over the one measured fastest
  double mean_regret = 0;
};
OrderScore order_score(std::vector<Case> const& cases, std::vector<double> const& residuals);

}  // namespace hpcadvise::validation
