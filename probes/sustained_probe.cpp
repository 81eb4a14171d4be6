// SPDX-License-Identifier: Apache-2.0
#include "probes/sustained_probe.hpp"

#include "probes/expected_rates.hpp"
#include "probes/gemm_probe.hpp"

#include <cstdint>
#include <string>

namespace hpcadvise::probes {

std::vector<Candidate> sustained_candidates(PlanContext const& context) {
  std::int64_t const n = context.gpu ? 8192 : 2048;
  auto const precision = context.gpu ? profiles::Precision::bf16 : profiles::Precision::fp32;
  auto const provider = frameworks_gemm_provider(context, precision);
  if (!has_provider(context, provider)) return {};
  Candidate result;
  result.request.probe = "sustained";
  result.request.provider = provider;
  result.request.parameters = {
      {"m", n}, {"n", n}, {"k", n}, {"precision", std::string(profiles::to_string(precision))}};
  result.request.peak_per_s = peak_flops_per_s(context, precision);
  result.call_s = 2.0 * double(n) * double(n) * double(n) / expected_flops_per_s(context, precision);
  result.overhead_s = input_overhead_s(context, 3.0 * double(n) * double(n) * profiles::bytes_per_element(precision)) +
                      2 * result.call_s;
  // A cooler takes that long to warm up, and a budget of five minutes allows it.
  result.least_s = 24;
  result.wished_s = 30;
  return {result};
}

}  // namespace hpcadvise::probes
