// SPDX-License-Identifier: Apache-2.0
#include "probes/advice_findings.hpp"

#include "profiles/advice_needs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace hpcadvise::probes {
namespace {

using profiles::Sample;
using profiles::SampleStatus;

// Tried, and it did not work: more time does not help.
bool failed(Sample const& sample) {
  return sample.status != SampleStatus::ok && sample.status != SampleStatus::skipped;
}

}  // namespace

std::vector<profiles::Finding> advice_findings(profiles::MachineProfile const& profile,
                                               std::span<std::string const> only) {
  std::vector<std::string_view> missing;
  bool tried = false;
  for (auto const& need : profiles::advice_needs()) {
    if (!only.empty() && std::ranges::find(only, need.probe) == only.end()) return {};
    if (is_met(need, profile)) continue;
    missing.push_back(need.name);
    tried |= std::ranges::any_of(profile.samples,
                                 [&](Sample const& sample) { return need.is_of_kind(sample) && failed(sample); });
  }
  if (missing.empty()) return {};
  return {{.kind = "no_advice",
           .severity = profiles::Severity::warning,
           .seen = fmt::format("nothing was measured of {}", fmt::join(missing, ", nor of ")),
           .expected = "matrix multiplication and the DRAM triad, without which nothing can be advised",
           .cost = "hpcadvise advise and estimate refuse this profile",
           .next_step = tried ? "see why it failed, and probe again"
                              : fmt::format("probe again with --budget {:g}s",
                                            std::max(profiles::usual_budget_s, 2 * profile.budget.asked_s))}};
}

}  // namespace hpcadvise::probes
