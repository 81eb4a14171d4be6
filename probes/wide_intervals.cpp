// SPDX-License-Identifier: Apache-2.0
#include "probes/wide_intervals.hpp"

#include "probes/sample_counts.hpp"
#include "probes/stopping_rule.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace hpcadvise::probes {
namespace {

using profiles::Sample;

enum class Cause { few_readings, readings, starts, drift };

struct CauseRow {
  char const* text;
  char const* next_step;
};
// In the order of Cause.
constexpr std::array rows{
    CauseRow{"by fewer than 6 readings", "a larger --budget gives these samples more readings"},
    CauseRow{
        "by the readings of a single start of the runner",
        "look for other load, for a clock that changes, or for throttling: readings differ while one process runs"},
    CauseRow{"by what starts of the runner differ by",
             "more time does not narrow what starts differ by: look for what changes from one to the next (other load, "
             "where threads and memory are placed), or take smaller differences for none"},
    CauseRow{"by what the sentinel moved by",
             "look for other load, for a clock that changes, or for throttling; a larger --budget leaves time for a "
             "second pass"},
};

bool is_timed(Sample const& sample) { return sample.status == profiles::SampleStatus::ok && sample.timing; }

bool is_wide(Sample const& sample) {
  return !median_interval_ranks(sample.timing->count) || sample.timing->relative_half_width() > wide_half_width;
}

// In words what a percentage of some thousands would say.
std::string beyond_all(std::vector<Sample const*> const& wide) {
  auto const count =
      std::ranges::count_if(wide, [](Sample const* sample) { return sample->timing->relative_half_width() > 1; });
  if (count == 0) return {};
  auto const all = count == std::ptrdiff_t(wide.size());
  return fmt::format(", {} of them by more than the value itself", all ? "all" : std::to_string(count));
}

// Where the readings of each start alone are sure enough, or less than half of it, it is what starts differ by.
Cause cause_of(profiles::Timing const& timing) {
  if (!median_interval_ranks(timing.count)) return Cause::few_readings;
  double alone = timing.passes.empty() ? timing.relative_half_width() : 0;
  for (auto const& pass : timing.passes) alone = std::max(alone, pass.relative_half_width());
  if (alone > wide_half_width && alone >= timing.relative_half_width() / 2) return Cause::readings;
  return timing.widened_by == profiles::WidenedBy::sentinel ? Cause::drift : Cause::starts;
}

}  // namespace

std::int64_t narrow_count(profiles::MachineProfile const& profile) {
  return std::ranges::count_if(profile.samples,
                               [](Sample const& sample) { return is_timed(sample) && !is_wide(sample); });
}

std::vector<profiles::Finding> wide_intervals(profiles::MachineProfile const& profile) {
  std::vector<Sample const*> wide;
  std::array<int, rows.size()> counts{};
  std::size_t timed = 0;
  for (Sample const& sample : profile.samples) {
    if (!is_timed(sample)) continue;
    ++timed;
    if (!is_wide(sample)) continue;
    wide.push_back(&sample);
    ++counts.at(std::size_t(cause_of(*sample.timing)));
  }
  if (wide.empty()) return {};
  std::string causes;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (counts[i] > 0) causes += fmt::format("{}{} {}", causes.empty() ? "" : ", ", counts[i], rows[i].text);
  auto const most = std::size_t(std::ranges::max_element(counts) - counts.begin());
  return {{.kind = "wide_intervals",
           .severity = profiles::Severity::note,
           .seen = fmt::format("{} of {} samples are less sure than +-{}{}: {}; {}", wide.size(), timed,
                               profiles::format_ratio_as_percent(wide_half_width), beyond_all(wide),
                               counted_by_probe(wide), causes),
           .expected = "95 % intervals within that of the median",
           .cost = "wider intervals on what the advisor derives from them",
           .next_step = rows[most].next_step}};
}

}  // namespace hpcadvise::probes
