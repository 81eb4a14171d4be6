// SPDX-License-Identifier: Apache-2.0
#include "cli/probe_progress.hpp"

#include "cli/sample_name.hpp"
#include "probes/plan.hpp"
#include "profiles/error.hpp"
#include "profiles/presentable.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <utility>

namespace hpcadvise::cli {
namespace {

// Writing competes with the runner for cores and disk: not after every sample.
constexpr double save_interval_s = 5;

constexpr std::size_t longest_reason = 300;

}  // namespace

ProbeProgress::ProbeProgress(std::ostream& log, Terminal terminal, Save save)
    : line_(log, terminal), save_(std::move(save)) {}

double ProbeProgress::now_s() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void ProbeProgress::planned(probes::SamplePlan const& plan, double expected_s) {
  total_ = probes::sample_count(plan);
  left_s_ = expected_s;
  std::string text = fmt::format("Measuring for at most {}", profiles::format_seconds(expected_s));
  if (!plan.dropped.empty())
    text +=
        fmt::format("; {} would need a larger --budget", profiles::format_counted(plan.dropped.size(), "more sample"));
  line_.say(text);
}

void ProbeProgress::repeats_planned(probes::SamplePlan const& plan, double expected_s) {
  total_ = std::int64_t(plan.requests.size());
  done_ = 0;
  left_s_ = expected_s;
  line_.say(fmt::format("Measuring {} again with a new runner, for at most {}",
                        profiles::format_counted(plan.requests.size(), "sample"),
                        profiles::format_seconds(expected_s)));
}

void ProbeProgress::sample_started(probes::SampleRequest const& request) {
  line_.update(done_, total_, now_s(), left_s_, sample_name(request.probe, request.provider, request.parameters));
}

void ProbeProgress::sample_done(profiles::Sample const& sample, std::int64_t done, std::int64_t total, double left_s) {
  done_ = done;
  total_ = total;
  left_s_ = left_s;
  if (sample.status == profiles::SampleStatus::ok || sample.status == profiles::SampleStatus::skipped) return;
  line_.say(fmt::format("  {}: {}: {}", profiles::to_string(sample.status),
                        sample_name(sample.probe, sample.provider, sample.parameters),
                        profiles::presentable(sample.reason, longest_reason)));
}

void ProbeProgress::snapshot(profiles::MachineProfile const& profile) {
  if (saved_ && now_s() - last_save_s_ < save_interval_s) return;
  last_save_s_ = now_s();
  try {
    save_(profile);
    saved_ = true;
  } catch (profiles::Error const& error) {
    if (!saved_) throw;
    line_.say(fmt::format("  cannot save what is measured so far: {}", error.what()));
  }
}

}  // namespace hpcadvise::cli
