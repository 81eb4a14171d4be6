// SPDX-License-Identifier: Apache-2.0
#include "probes/measure_machine.hpp"

#include "probes/device_findings.hpp"
#include "probes/discover.hpp"
#include "probes/gpu_node.hpp"
#include "probes/launch/interrupt.hpp"
#include "probes/measure_plan.hpp"
#include "probes/plan.hpp"
#include "profiles/error.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hpcadvise::probes {
namespace {

// The whole ends within the budget and this.
constexpr double grace_s = 2;

constexpr char const* more_budget = "give more: 10 s is a start, 60 s the default";

std::vector<Probe const*> selected_probes(std::vector<std::string> const& only) {
  std::vector<Probe const*> result;
  for (Probe const& probe : all_probes())
    if (only.empty() || std::find(only.begin(), only.end(), probe.name) != only.end()) result.push_back(&probe);
  for (auto const& name : only) {
    if (find_probe(name) != nullptr) continue;
    std::vector<std::string_view> known;
    for (Probe const& probe : all_probes()) known.push_back(probe.name);
    throw profiles::UsageError(fmt::format("there is no probe '{}'", name),
                               fmt::format("choose from {}", fmt::join(known, ", ")));
  }
  return result;
}

void check(ProbeRequest const& request) {
  if (!(request.budget_s > 0) || !std::isfinite(request.budget_s))
    throw profiles::UsageError("the budget must be a time above zero", "for example --budget 60s");
  if (request.budget_s < least_budget_s())
    throw profiles::UsageError(
        fmt::format("a budget of {} is too short: starting a runner and the shortest sample take {}",
                    profiles::format_seconds(request.budget_s), profiles::format_seconds(least_budget_s())),
        more_budget);
  if (std::ranges::find(backend_names(), request.backend) == backend_names().end())
    throw profiles::UsageError(fmt::format("there is no backend '{}'", request.backend),
                               fmt::format("choose from {}", fmt::join(backend_names(), ", ")));
  if (request.thread_count && *request.thread_count < 1)
    throw profiles::UsageError(fmt::format("{} threads cannot measure", *request.thread_count), "give at least 1");
}

// Of the budget, less what finding the devices and asking the runner took beyond what the plan counts for that.
double left_s(ProbeRequest const& request, RunLimits const& limits) {
  constexpr double usual_start_s = 3;
  double const used_s = request.budget_s + grace_s - seconds_until(limits.deadline);
  return request.budget_s - std::max(0.0, used_s - usual_start_s);
}

void record_runner(ProbeRequest const& request, Node const& node, RunnerInUse const& runner,
                   ProfileRecorder& recorder) {
  auto const& hello = runner.hello;
  if (!hello.gpu && !node.accelerators.empty())
    recorder.finding(devices_not_measured(
        node.accelerators, request.backend == "host" ? Refusal{"--backend host was asked for", "leave --backend out"}
                                                     : joined(runner.refused)));
  recorder.hello(hello, runner.file);
  for (auto const& finding : device_findings(devices_in_use(hello, node.accelerators), node.host.allowed_cpus))
    recorder.finding(finding);
}

// Who its ranks are: a launcher that waits for ever must leave time to measure by another, or on this node.
RunOutcome ask(RankStart const& start, RunnerInUse const& runner, double budget_s, RunLimits const& limits) {
  RunSettings settings;
  settings.hello_timeout_s = std::clamp(budget_s / 4, 5.0, settings.hello_timeout_s);
  settings.deadline = limits.deadline;
  settings.ranks = start.job.ranks;
  settings.command = command_of(start, runner);
  RunListener listener;
  listener.interrupted = limits.interrupted;
  return run_plan({}, settings, listener);
}

bool has_part_of_siblings(SamplePlan const& plan, std::vector<int> const& siblings, double budget_s) {
  return siblings.size() > 1 && !siblings_plan(plan, int(siblings.size()), siblings_share_s(budget_s)).requests.empty();
}

[[noreturn]] void refuse_empty_plan(SamplePlan const& plan, std::vector<Probe const*> const& probes, double budget_s,
                                    HelloEvent const& hello, CollectivePlan const& collectives) {
  if (!plan.dropped.empty())
    throw profiles::UsageError(
        fmt::format("no sample fits into a budget of {:g} s; of the first, {}", budget_s, plan.dropped.front()),
        more_budget);
  if (!collectives.problem.empty())
    throw profiles::MachineError(
        "nothing to measure: " + collectives.problem,
        hello.gpu ? "ask the scheduler for more GPUs of a node, with NCCL or RCCL and MPI" : collectives.next_step);
  std::string problem;
  for (Probe const* probe : probes)
    problem += fmt::format("{}{} has nothing to measure by the backend {}{}{}", problem.empty() ? "" : "; ",
                           probe->name, hello.backend, probe->needs.empty() ? "" : ": it needs ", probe->needs);
  throw profiles::UsageError(problem, "choose other probes, or a GPU's runner: --backend");
}

// A profile without a measurement is none: written, it could replace one that has some.
profiles::MachineProfile finished(ProfileRecorder& recorder, RunState const& state) {
  auto profile = recorder.finish(state.interrupted);
  if (profile.budget.measured > 0) return profile;
  if (state.interrupted)
    throw profiles::Error(profiles::ExitCode::interrupted, "interrupted before anything was measured", "");
  if (!state.lost.empty()) throw profiles::MachineError(state.lost, state.lost_next_step);
  auto const& first = profile.samples.front();
  throw profiles::MachineError(
      fmt::format("nothing could be measured; the first sample, {}: {}", sample_key(first), first.reason),
      "probe again with a larger --budget, or start the runner by hand to see more");
}

}  // namespace

profiles::MachineProfile probe_machine(ProbeRequest const& request, Progress& progress) {
  InterruptGuard const guard;
  return probe_machine(request, progress, [&] { return guard.requested(); });
}

profiles::MachineProfile probe_machine(ProbeRequest const& request, Progress& progress,
                                       std::function<bool()> const& interrupted) {
  check(request);
  auto const probes = selected_probes(request.only);
  ProfileRecorder recorder(request, progress);
  RunLimits const limits{after(std::min(request.budget_s, 1e9) + grace_s), interrupted};
  Node const node{discover_host(request.roots), discover_accelerators(request.roots)};
  recorder.host(node.host);
  auto const runner = find_runner_in_use(request, node, limits);
  RunState state;
  state.interrupted = !runner;
  if (!runner) return finished(recorder, state);
  record_runner(request, node, *runner, recorder);

  auto const& hello = runner->hello;
  auto const [siblings, others] = visible_kinds(hello, node.accelerators);
  PlanContext context{.host = node.host,
                      .gpu = hello.gpu,
                      .peers = peer_ordinals(hello),
                      .thread_count = hello.thread_count,
                      .providers = hello.providers};
  auto const collectives = plan_collectives({.request = request,
                                             .probes = probes,
                                             .context = context,
                                             .usable_cores = usable_cores(node.host),
                                             .devices = siblings,
                                             .module_devices = module_places(siblings, hello, node.accelerators),
                                             .libraries = hello.libraries,
                                             .allocation = slurm_allocation(),
                                             .budget_end = limits.deadline - duration_of(grace_s),
                                             .ask = [&](RankStart const& start) {
                                               auto outcome = ask(start, *runner, request.budget_s, limits);
                                               state.interrupted |= outcome.interrupted;
                                               return outcome;
                                             }});
  for (auto const& [skipped, reason] : collectives.skipped) recorder.skipped(skipped, reason);
  for (auto const& finding : collectives.findings) recorder.finding(finding);
  for (auto const& start : collectives.starts) context.layouts.push_back(start.job.ranks);
  if (!others.empty()) recorder.finding(mixed_devices(others, hello.device_name));

  auto plan = plan_samples(probes, context, left_s(request, limits));
  if (has_part_of_siblings(plan, siblings, request.budget_s)) {
    state.siblings_s = siblings_share_s(request.budget_s);
    plan = plan_samples(probes, context, left_s(request, limits) - state.siblings_s);
  }
  if (plan.requests.empty()) refuse_empty_plan(plan, probes, request.budget_s, hello, collectives);
  recorder.plan(plan);
  PlanRun const run{node, *runner, collectives, siblings, limits};
  measure_plan(plan, run, recorder, state);
  if (!state.stopped()) measure_plan(recorder.begin_repeats(request.budget_s), run, recorder, state);
  return finished(recorder, state);
}

bool was_interrupted(profiles::MachineProfile const& profile) {
  return std::any_of(profile.findings.begin(), profile.findings.end(),
                     [](auto const& finding) { return finding.kind == "interrupted"; });
}

}  // namespace hpcadvise::probes
