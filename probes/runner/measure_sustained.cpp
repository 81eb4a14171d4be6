// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/measure_sustained.hpp"

#include "probes/load_findings.hpp"
#include "probes/runner/measure_gemm.hpp"

#include <algorithm>

namespace hpcadvise::probes::runner {
namespace {

// Enough to find how many calls make a reading; a longer warm-up would hide what is looked for.
constexpr double warm_up_s = 0.5;

SampleRequest as_gemm(SampleRequest request) {
  request.parameters["a_transposed"] = false;
  request.parameters["b_transposed"] = false;
  request.rule.min_readings = request.rule.max_readings;
  request.rule.target_half_width = 0;
  request.rule.warm_up_share = std::min(request.rule.warm_up_share, warm_up_s / request.rule.max_total_s);
  return request;
}

}  // namespace

void measure_sustained(SampleRequest const& request, Context const& context, profiles::Sample& sample) {
  measure_gemm(as_gemm(request), context, sample);
  if (!sample.timing) return;
  auto const& timing = *sample.timing;
  if (auto const windows = first_and_last(timing)) {
    sample.rates["first_second_flops_per_s"] = profiles::rate_of(sample.work_flops, windows->first);
    sample.rates["last_second_flops_per_s"] = profiles::rate_of(sample.work_flops, windows->last);
  }
  auto const energy = sample.counters.find("energy_j");
  if (energy == sample.counters.end() || energy->second <= 0) return;
  double const calls = double(timing.count) * double(timing.calls_per_reading);
  double const flops_per_j = sample.work_flops * calls / energy->second;
  sample.rates["flops_per_j"] = {.median = flops_per_j, .low = flops_per_j, .high = flops_per_j};
}

}  // namespace hpcadvise::probes::runner
