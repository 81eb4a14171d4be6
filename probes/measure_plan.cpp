// SPDX-License-Identifier: Apache-2.0
#include "probes/measure_plan.hpp"

#include "probes/gpu_node.hpp"
#include "probes/siblings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace hpcadvise::probes {
namespace {

SamplePlan part_of(SamplePlan const& plan, Ranks const& ranks) {
  SamplePlan part;
  for (auto const& request : plan.requests)
    if (request.ranks == ranks) part.requests.push_back(request);
  return part;
}

RunOutcome run_part(SamplePlan const& part, Ranks const& ranks, SteadyClock::time_point deadline, PlanRun const& run,
                    ProfileRecorder& recorder) {
  RunSettings settings;
  settings.ranks = ranks;
  settings.deadline = deadline;
  auto const* const start = find_start(run.collectives, ranks);
  settings.command = start != nullptr ? command_of(*start, run.runner)
                                      : runner_command(run.runner, run.runner.thread_count, run.runner.cpus);
  RunListener listener;
  listener.interrupted = run.limits.interrupted;
  listener.started = [&](SampleRequest const& request) { recorder.started(request); };
  listener.sampled = [&](SampleRequest const& request, profiles::Sample const& sample) {
    recorder.sampled(request, sample);
  };
  return run_plan(part, settings, listener);
}

std::vector<SiblingRun> sibling_runs(PlanRun const& run, double share_s) {
  auto const& node = run.node;
  int const threads = std::max(1, usable_cores(node.host) / int(run.siblings.size()));
  std::vector<SiblingRun> runs;
  for (int const ordinal : run.siblings) {
    auto const cpus = near_cpus(node.host, node.accelerators, run.runner.hello.visible_devices[std::size_t(ordinal)]);
    SiblingRun sibling{.device = int(runs.size()), .settings = {}};
    sibling.settings.deadline = std::min(run.limits.deadline, after(2 * share_s));
    sibling.settings.command = runner_command(run.runner, threads, cpus);
    sibling.settings.command.environment["KOKKOS_DEVICE_ID"] = std::to_string(ordinal);
    runs.push_back(std::move(sibling));
  }
  return runs;
}

// Once, where time is kept for it. Before the GPUs talk to each other: one that is lost would end that.
void compare_siblings(SamplePlan const& plan, PlanRun const& run, ProfileRecorder& recorder, RunState& state) {
  double const share_s = std::exchange(state.siblings_s, 0);
  if (share_s <= 0 || state.stopped()) return;
  auto const runs = sibling_runs(run, share_s);
  auto results = run_siblings(siblings_plan(plan, int(runs.size()), share_s), runs, run.limits.interrupted);
  for (auto& [device, outcome, samples] : results) {
    state.interrupted |= outcome.interrupted;
    if (!outcome.lost.empty() && state.lost_sibling.empty())
      state.lost_sibling = fmt::format("GPU {} did not answer", device);
    if (outcome.hello) add_driver_facts(*outcome.hello, run.node.host, run.node.accelerators);
  }
  recorder.siblings(results, run.runner.hello.backend);
}

}  // namespace

void measure_plan(SamplePlan const& plan, PlanRun const& run, ProfileRecorder& recorder, RunState& state) {
  std::set<Ranks> starts;
  for (auto const& request : plan.requests) starts.insert(request.ranks);
  // A part that turns out slow does not take the time of those after it.
  double later_s = planned_s(plan) + state.siblings_s;
  for (auto const& ranks : starts) {
    if (ranks.rank_count > 1) compare_siblings(plan, run, recorder, state);
    later_s = std::max(0.0, later_s - planned_s(plan, ranks));
    auto const part = part_of(plan, ranks);
    if (ranks.rank_count > 1 && !state.lost_sibling.empty()) {
      for (auto const& request : part.requests)
        recorder.sampled(request, unmeasured_sample(request, profiles::SampleStatus::skipped, state.lost_sibling));
      continue;
    }
    RunOutcome const outcome = run_part(part, ranks, run.limits.deadline - duration_of(later_s), run, recorder);
    recorder.garbage(outcome.garbage);
    if (!outcome.lost.empty()) {
      state.lost = outcome.lost;
      state.lost_next_step = outcome.next_step;
      recorder.runner_lost(state.lost, state.lost_next_step);
    }
    state.interrupted = state.interrupted || outcome.interrupted;
    if (state.interrupted) return;
  }
  compare_siblings(plan, run, recorder, state);
}

Command command_of(RankStart const& start, RunnerInUse const& runner) {
  auto const& ranks = start.job.ranks;
  int const threads = std::max(1, runner.thread_count / ranks.ranks_a_node);
  return rank_command(start, runner_command(runner, threads, "", ranks.rank_count));
}

}  // namespace hpcadvise::probes
