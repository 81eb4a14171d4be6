// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/context.hpp"

#include <cmath>
#include <cstdio>

namespace hpcadvise::probes::runner {
namespace {

std::string scientific(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2e", value);
  return text;
}

}  // namespace

bool accept(profiles::Sample& sample, double relative_error, double bound) {
  if (!std::isfinite(relative_error)) {
    sample.status = profiles::SampleStatus::wrong;
    sample.reason = "the answer holds values that are not finite, or that were never written";
    return false;
  }
  sample.correctness = profiles::Correctness{.relative_error = relative_error, .bound = bound};
  if (relative_error <= bound) return true;
  sample.status = profiles::SampleStatus::wrong;
  sample.reason = "relative error " + scientific(relative_error) + " against a bound of " + scientific(bound);
  return false;
}

void add_rate(profiles::Sample& sample, std::string const& name, double work) {
  if (sample.timing->low_s > 0) sample.rates[name] = profiles::rate_of(work, *sample.timing);
}

}  // namespace hpcadvise::probes::runner
