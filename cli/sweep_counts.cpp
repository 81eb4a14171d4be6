// SPDX-License-Identifier: Apache-2.0
#include "cli/sweep_counts.hpp"

#include "advisor/plan_request.hpp"
#include "cli/device_range.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace hpcadvise::cli {
namespace {

using Counts = std::vector<std::int64_t>;

bool can_answer(JobOptions const& options, std::int64_t device_count) {
  auto const resolved = resolve_job(options, device_count);
  return advisor::can_plan(resolved.job, device_count, resolved.machine);
}

std::string note_of(std::string_view devices, Counts const& range, Counts const& left_out, std::string const& machine) {
  auto const taken = fmt::format("{}..{}", range.front(), range.back());
  std::string note;
  if (taken != devices) note = fmt::format("--devices {}: taken as {}, in full nodes of {}", devices, taken, machine);
  if (!left_out.empty())
    note += fmt::format("{}{} left out, because no plan divides {}",
                        note.empty() ? fmt::format("--devices {}: ", devices) : "; ", fmt::join(left_out, ", "),
                        left_out.size() == 1 ? "it" : "them");
  return note;
}

// Counts between powers of two are asked for by nobody: where nothing divides nobody misses them.
Counts with_halfway(Counts const& counts, JobOptions const& options) {
  Counts result;
  for (std::size_t index = 0; index < counts.size(); ++index) {
    result.push_back(counts[index]);
    if (index + 1 == counts.size()) break;
    std::int64_t const between = counts[index] + counts[index] / 2;
    if (between > counts[index] && between < counts[index + 1] && can_answer(options, between))
      result.push_back(between);
  }
  return result;
}

}  // namespace

SweepCounts sweep_counts(JobOptions const& job, std::string_view devices) {
  Counts const asked = device_counts(devices);
  if (asked.size() == 1) return {asked, {}};
  auto const machine = resolve_job(job, asked.front()).machine;
  std::int64_t const first = advisor::nearest_whole_counts(asked.front(), machine).back();
  std::int64_t const last = advisor::nearest_whole_counts(asked.back(), machine).front();
  if (first < asked.front() || last < first) return {{asked.front()}, {}};

  Counts const range = device_counts(fmt::format("{}..{}", first, last));
  Counts counts;
  Counts left_out;
  for (std::int64_t const count : range) (can_answer(job, count) ? counts : left_out).push_back(count);
  if (counts.empty()) return {{asked.front()}, {}};
  return {with_halfway(counts, job), note_of(devices, range, left_out, machine.name)};
}

}  // namespace hpcadvise::cli
