// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/context.hpp"

#include "probes/runner/request.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

namespace hpcadvise::probes::runner {
namespace {

std::string scientific(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2e", value);
  return text;
}

}  // namespace

void everywhere(Context const& context, std::function<void()> const& step) {
  if (auto const problem = context.mpi.first_problem(step); !problem.empty()) throw RequestError(problem);
}

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

double timing_resolution_s(Space const& space) {
  double const clock_s = clock_resolution_s();
  if (!kernels::on_device) return clock_s;
  constexpr int count = 101;
  std::vector<double> fences_s;
  for (int i = 0; i < count; ++i) {
    auto const begin = std::chrono::steady_clock::now();
    space.fence();
    fences_s.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::ranges::sort(fences_s);
  return std::max(clock_s, quantile(fences_s, 0.5));
}

void add_rate(profiles::Sample& sample, std::string const& name, double work) {
  if (sample.timing->low_s > 0) sample.rates[name] = profiles::rate_of(work, *sample.timing);
}

}  // namespace hpcadvise::probes::runner
