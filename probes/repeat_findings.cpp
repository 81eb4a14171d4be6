// SPDX-License-Identifier: Apache-2.0
#include "probes/repeat_findings.hpp"

#include "probes/repeats.hpp"
#include "probes/sample_counts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hpcadvise::probes {
namespace {

using profiles::Sample;
using profiles::Severity;
using profiles::WidenedBy;

bool may_repeat(Sample const& sample) {
  return sample.status == profiles::SampleStatus::ok && sample.timing && is_repeated(sample.probe) &&
         !compares_siblings(sample);
}

std::vector<Sample const*> widened_by(std::vector<Sample const*> const& samples, WidenedBy by) {
  std::vector<Sample const*> result;
  for (Sample const* sample : samples)
    if (sample->timing->widened_by == by) result.push_back(sample);
  return result;
}

// Of samples none of which was repeated.
std::string cost_of_one_start(std::vector<Sample const*> const& once) {
  std::string text = "one start only: another may differ by more than these intervals";
  if (!widened_by(once, WidenedBy::sentinel).empty())
    text += ", which cover how far the sentinel moved during that start";
  return text;
}

std::string cost_of_some(std::vector<Sample const*> const& once) {
  std::string text = "their intervals take what other samples' repeats differ by";
  if (auto const by_all = widened_by(once, WidenedBy::all_repeats); !by_all.empty())
    text += fmt::format("; of other probes' too, and so may be too narrow: {}", counted_by_probe(by_all));
  return text;
}

}  // namespace

std::vector<profiles::Finding> repeat_findings(profiles::MachineProfile const& profile) {
  std::vector<Sample const*> once;
  std::size_t total = 0;
  for (Sample const& sample : profile.samples) {
    if (!may_repeat(sample)) continue;
    ++total;
    if (sample.timing->passes.size() < 2) once.push_back(&sample);
  }
  if (once.empty()) return {};
  bool const none_repeated = once.size() == total;
  return {{.kind = "not_repeated",
           .severity = none_repeated ? Severity::warning : Severity::note,
           .seen = fmt::format("{} of {} samples were measured in one start of the runner only: {}", once.size(), total,
                               counted_by_probe(once)),
           .expected = "a second pass with a new runner, in the time that is left",
           .cost = none_repeated ? cost_of_one_start(once) : cost_of_some(once),
           .next_step = "a larger --budget"}};
}

}  // namespace hpcadvise::probes
