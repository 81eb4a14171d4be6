// SPDX-License-Identifier: Apache-2.0
#include "probes/advice_findings.hpp"

#include "probes/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace hpcadvise::probes {
namespace {

using profiles::Sample;
using profiles::SampleStatus;

bool is_gemm(Sample const& sample) { return sample.probe == "gemm"; }
bool is_dram_triad(Sample const& sample) {
  return sample.probe == "memory" && profiles::text_parameter(sample.parameters, "kernel") == "triad" &&
         profiles::text_parameter(sample.parameters, "level") == "DRAM";
}

struct Need {
  std::string_view probe;
  std::string_view text;
  bool (*is_met_by)(Sample const&);
};
constexpr Need needs[] = {{"gemm", "matrix multiplication (gemm)", is_gemm},
                          {"memory", "the DRAM triad (memory)", is_dram_triad}};

bool is_timed(Sample const& sample) { return sample.status == SampleStatus::ok && sample.timing; }

// Tried, and it did not work: more time does not help.
bool failed(Sample const& sample) {
  return sample.status != SampleStatus::ok && sample.status != SampleStatus::skipped;
}

}  // namespace

std::vector<profiles::Finding> advice_findings(profiles::MachineProfile const& profile,
                                               std::span<std::string const> only) {
  std::vector<std::string_view> missing;
  bool tried = false;
  for (auto const& need : needs) {
    if (!only.empty() && std::ranges::find(only, need.probe) == only.end()) return {};
    if (std::ranges::any_of(profile.samples, [&](auto const& each) { return need.is_met_by(each) && is_timed(each); }))
      continue;
    missing.push_back(need.text);
    tried |=
        std::ranges::any_of(profile.samples, [&](auto const& each) { return need.is_met_by(each) && failed(each); });
  }
  if (missing.empty()) return {};
  return {{.kind = "no_advice",
           .severity = profiles::Severity::warning,
           .seen = fmt::format("nothing was measured of {}", fmt::join(missing, ", nor of ")),
           .expected = "matrix multiplication and the DRAM triad, without which nothing can be advised",
           .cost = "hpcadvise advise and estimate refuse this profile",
           .next_step = tried ? "see why it failed, and probe again"
                              : fmt::format("probe again with --budget {:g}s",
                                            std::max(default_budget_s, 2 * profile.budget.asked_s))}};
}

}  // namespace hpcadvise::probes
