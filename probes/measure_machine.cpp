// SPDX-License-Identifier: Apache-2.0
#include "probes/measure_machine.hpp"

#include "probes/choose_runner.hpp"
#include "probes/collective_findings.hpp"
#include "probes/collective_plan.hpp"
#include "probes/deadline.hpp"
#include "probes/device_findings.hpp"
#include "probes/discover.hpp"
#include "probes/gpu_node.hpp"
#include "probes/judge.hpp"
#include "probes/launch/find_program.hpp"
#include "probes/launch/interrupt.hpp"
#include "probes/launch/run_plan.hpp"
#include "probes/launch/slurm.hpp"
#include "probes/profile_recorder.hpp"
#include "probes/siblings.hpp"
#include "profiles/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace hpcadvise::probes {
namespace {

// The whole ends within the budget and this.
constexpr double grace_s = 2;

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
  if (std::ranges::find(backend_names(), request.backend) == backend_names().end())
    throw profiles::UsageError(fmt::format("there is no backend '{}'", request.backend),
                               fmt::format("choose from {}", fmt::join(backend_names(), ", ")));
  if (request.thread_count && *request.thread_count < 1)
    throw profiles::UsageError(fmt::format("{} threads cannot measure", *request.thread_count), "give at least 1");
}

// More threads than the control group's CPU time would only wait for each other.
int usable_cores(profiles::HostSpec const& host) {
  if (!host.cgroup_cpu_limit) return host.allowed_core_count;
  return std::clamp(static_cast<int>(std::min(*host.cgroup_cpu_limit, 1e6)), 1, host.allowed_core_count);
}

SamplePlan part_of(SamplePlan const& plan, Ranks const& ranks) {
  SamplePlan part;
  for (auto const& request : plan.requests)
    if (request.ranks == ranks) part.requests.push_back(request);
  return part;
}

class MachineRun {
 public:
  MachineRun(ProbeRequest const& request, Progress& progress, std::function<bool()> const& interrupted)
      : request_(request),
        interrupted_(interrupted),
        probes_(selected_probes(request.only)),
        recorder_(request, progress),
        deadline_(after(std::min(request.budget_s, 1e9) + grace_s)) {}

  profiles::MachineProfile run() {
    host_ = discover_host(request_.roots);
    recorder_.host(host_);
    if (request_.thread_count && *request_.thread_count > host_.thread_count)
      throw profiles::UsageError(
          fmt::format("{} threads on a machine with {} hardware threads", *request_.thread_count, host_.thread_count),
          fmt::format("give at most {}", host_.thread_count));
    thread_count_ = request_.thread_count.value_or(usable_cores(host_));
    accelerators_ = discover_accelerators(request_.roots);
    if (!take_runner()) return finished(true);
    for (auto const& finding : device_findings(devices_in_use(hello_, accelerators_), host_.allowed_cpus))
      recorder_.finding(finding);

    PlanContext context{.host = host_,
                        .gpu = hello_.gpu,
                        .peers = peer_ordinals(hello_),
                        .thread_count = hello_.thread_count,
                        .providers = hello_.providers};
    auto const [same, others] = visible_kinds(hello_, accelerators_);
    siblings_ = same;
    add_collectives(context);
    if (!others.empty()) recorder_.finding(mixed_devices(others, hello_.device_name));
    SamplePlan plan = plan_samples(probes_, context, request_.budget_s - late_s());
    double const share_s = siblings_share_s(request_.budget_s);
    if (siblings_.size() > 1 && !siblings_plan(plan, int(siblings_.size()), share_s).requests.empty()) {
      siblings_s_ = share_s;
      plan = plan_samples(probes_, context, request_.budget_s - late_s() - share_s);
    }
    if (plan.requests.empty()) refuse_empty_plan(plan);
    recorder_.plan(plan);
    measure(plan);
    if (!stopped()) measure(recorder_.begin_repeats(request_.budget_s));
    return finished(interrupted_now_);
  }

 private:
  // Of the budget, what finding the devices and asking the runner took beyond what the plan counts for that.
  double late_s() const {
    constexpr double usual_start_s = 3;
    return std::max(0.0, request_.budget_s + grace_s - seconds_until(deadline_) - usual_start_s);
  }

  bool stopped() const { return interrupted_now_ || !lost_.empty(); }

  // The runner that fits, bound to the cores near its device. False when it was interrupted.
  bool take_runner() {
    auto chosen = choose_runner(runner_names(request_.backend, accelerators_, host_.architecture), request_.runners,
                                [this](std::filesystem::path const& file) { return ask(file); });
    if (chosen.interrupted) return false;
    runner_ = chosen.file;
    hello_ = std::move(chosen.hello);
    if (request_.backend != "auto" && request_.backend != hello_.backend)
      throw profiles::MachineError(
          fmt::format("{} measures by the backend {}, not {}", runner_.string(), hello_.backend, request_.backend),
          "name another in HPCADVISE_RUNNER, or unset it");
    if (hello_.gpu)
      settle_near_device();
    else if (!accelerators_.empty())
      recorder_.finding(devices_not_measured(
          accelerators_, request_.backend == "host" ? Refusal{"--backend host was asked for", "leave --backend out"}
                                                    : joined(chosen.refused)));
    recorder_.hello(hello_, runner_);
    return true;
  }

  // By the device that Kokkos takes, and where that one does not answer by the others in turn.
  RunOutcome ask(std::filesystem::path const& file) {
    runner_ = file;
    bool const of_host = file.filename().string().find("-host-") != std::string::npos;
    // A driver that hangs must leave time for the others, and for the host.
    double const patience_s = of_host ? RunSettings{}.hello_timeout_s : std::max(5.0, request_.budget_s / 4);
    auto const answer = [&] { return run_part({}, Ranks{}, deadline_, patience_s); };
    RunOutcome const first = answer();
    if (first.lost.empty() || of_host || !environment_value("KOKKOS_DEVICE_ID").empty()) return first;
    for (int ordinal = 1; ordinal < int(accelerators_.size()); ++ordinal) {
      ordinal_ = ordinal;
      RunOutcome const next = answer();
      if (next.lost.empty()) return next;
    }
    ordinal_.reset();
    return first;
  }

  // Who its ranks are: a launcher that waits for ever must leave time to measure by another, or on this node.
  RunOutcome ask(RankStart const& start) {
    RunSettings settings;
    settings.hello_timeout_s = std::clamp(request_.budget_s / 4, 5.0, settings.hello_timeout_s);
    settings.deadline = deadline_;
    settings.ranks = start.job.ranks;
    settings.command = command_of(start);
    RunListener listener;
    listener.interrupted = interrupted_;
    auto outcome = run_plan({}, settings, listener);
    interrupted_now_ |= outcome.interrupted;
    return outcome;
  }

  void settle_near_device() {
    add_driver_facts(hello_, host_, accelerators_);
    cpus_ = hello_.gpu->cpus;
    int const cores = core_count_of(host_, cpus_);
    if (!request_.thread_count && cores > 0) thread_count_ = std::min(thread_count_, cores);
  }

  // Once, where time is kept for it. Before the GPUs talk to each other: one that is lost would end that.
  void compare_siblings(SamplePlan const& plan) {
    double const share_s = std::exchange(siblings_s_, 0);
    if (share_s <= 0 || stopped()) return;
    std::vector<SiblingRun> runs;
    for (int const ordinal : siblings_) {
      auto const cpus = near_cpus(host_, accelerators_, hello_.visible_devices[std::size_t(ordinal)]);
      int const threads = std::max(1, usable_cores(host_) / int(siblings_.size()));
      SiblingRun run{.device = int(runs.size()), .settings = {}};
      run.settings.deadline = std::min(deadline_, after(2 * share_s));
      run.settings.command = runner_command(threads, cpus);
      run.settings.command.environment["KOKKOS_DEVICE_ID"] = std::to_string(ordinal);
      runs.push_back(std::move(run));
    }
    auto results = run_siblings(siblings_plan(plan, int(runs.size()), share_s), runs, interrupted_);
    for (auto& [device, outcome, samples] : results) {
      interrupted_now_ |= outcome.interrupted;
      if (!outcome.lost.empty() && lost_sibling_.empty()) lost_sibling_ = fmt::format("GPU {} did not answer", device);
      if (outcome.hello) add_driver_facts(*outcome.hello, host_, accelerators_);
    }
    recorder_.siblings(results, hello_.backend);
  }

  // That it is alone is told too: it may have inherited variables that look like those of a launcher of ranks.
  Command runner_command(int thread_count, std::string const& cpus, int rank_count = 1) const {
    Command command{.arguments = {runner_.string(), "--plan", "-", "--ranks", std::to_string(rank_count)},
                    .environment = {{"OMP_NUM_THREADS", std::to_string(thread_count)}},
                    .cpus = cpus};
    if (ordinal_) command.environment["KOKKOS_DEVICE_ID"] = std::to_string(*ordinal_);
    return command;
  }

  Command command_of(RankStart const& start) const {
    auto const& ranks = start.job.ranks;
    return rank_command(start, runner_command(std::max(1, thread_count_ / ranks.ranks_a_node), "", ranks.rank_count));
  }

  // A profile without a measurement is none: written, it could replace one that has some.
  profiles::MachineProfile finished(bool interrupted) {
    auto profile = recorder_.finish(interrupted);
    if (profile.budget.measured > 0) return profile;
    if (interrupted)
      throw profiles::Error(profiles::ExitCode::interrupted, "interrupted before anything was measured", "");
    if (!lost_.empty()) throw profiles::MachineError(lost_, lost_next_step_);
    auto const& first = profile.samples.front();
    throw profiles::MachineError(
        fmt::format("nothing could be measured; the first sample, {}: {}", sample_key(first), first.reason),
        "probe again with a larger --budget, or start the runner by hand to see more");
  }

  void add_collectives(PlanContext& context) {
    collectives_ = plan_collectives({.request = request_,
                                     .probes = probes_,
                                     .context = context,
                                     .usable_cores = usable_cores(host_),
                                     .devices = siblings_,
                                     .module_devices = module_places(siblings_, hello_, accelerators_),
                                     .libraries = hello_.libraries,
                                     .allocation = slurm_allocation(),
                                     .budget_end = deadline_ - duration_of(grace_s),
                                     .ask = [this](RankStart const& start) { return ask(start); }});
    for (auto const& [skipped, reason] : collectives_.skipped) recorder_.skipped(skipped, reason);
    for (auto const& finding : collectives_.findings) recorder_.finding(finding);
    for (auto const& start : collectives_.starts) context.layouts.push_back(start.job.ranks);
  }

  [[noreturn]] void refuse_empty_plan(SamplePlan const& plan) const {
    if (!collectives_.problem.empty())
      throw profiles::MachineError(
          "nothing to measure: " + collectives_.problem,
          hello_.gpu ? "ask the scheduler for more GPUs of a node, with NCCL or RCCL and MPI" : collectives_.next_step);
    if (plan.dropped.empty()) {
      std::string problem;
      for (Probe const* probe : probes_)
        problem += fmt::format("{}{} has nothing to measure by the backend {}{}{}", problem.empty() ? "" : "; ",
                               probe->name, hello_.backend, probe->needs.empty() ? "" : ": it needs ", probe->needs);
      throw profiles::UsageError(problem, "choose other probes, or a GPU's runner: --backend");
    }
    throw profiles::UsageError(fmt::format("no sample fits into a budget of {:g} s; of the first, {}",
                                           request_.budget_s, plan.dropped.front()),
                               "give more: 10 s is a start, 60 s the default");
  }

  void measure(SamplePlan const& plan) {
    std::set<Ranks> starts;
    for (auto const& request : plan.requests) starts.insert(request.ranks);
    // A part that turns out slow does not take the time of those after it.
    double later_s = planned_s(plan) + siblings_s_;
    for (auto const& ranks : starts) {
      if (ranks.rank_count > 1) compare_siblings(plan);
      later_s = std::max(0.0, later_s - planned_s(plan, ranks));
      if (ranks.rank_count > 1 && !lost_sibling_.empty()) {
        for (auto const& request : part_of(plan, ranks).requests)
          recorder_.sampled(request, unmeasured_sample(request, profiles::SampleStatus::skipped, lost_sibling_));
        continue;
      }
      RunOutcome const outcome = run_part(part_of(plan, ranks), ranks, deadline_ - duration_of(later_s));
      recorder_.garbage(outcome.garbage);
      if (!outcome.lost.empty()) note_lost(outcome);
      interrupted_now_ = outcome.interrupted;
      if (interrupted_now_) return;
    }
    compare_siblings(plan);
  }

  void note_lost(RunOutcome const& outcome) {
    lost_ = outcome.lost;
    lost_next_step_ = outcome.next_step;
    recorder_.runner_lost(lost_, lost_next_step_);
  }

  RunOutcome run_part(SamplePlan const& plan, Ranks const& ranks, SteadyClock::time_point deadline,
                      double hello_timeout_s = RunSettings{}.hello_timeout_s) {
    RunSettings settings;
    settings.hello_timeout_s = hello_timeout_s;
    settings.ranks = ranks;
    settings.deadline = deadline;
    auto const* const start = find_start(collectives_, ranks);
    settings.command = start != nullptr ? command_of(*start) : runner_command(thread_count_, cpus_);
    RunListener listener;
    listener.interrupted = interrupted_;
    listener.started = [this](SampleRequest const& request) { recorder_.started(request); };
    listener.sampled = [this](SampleRequest const& request, profiles::Sample const& sample) {
      recorder_.sampled(request, sample);
    };
    return run_plan(plan, settings, listener);
  }

  ProbeRequest const& request_;
  std::function<bool()> const& interrupted_;
  std::vector<Probe const*> probes_;
  ProfileRecorder recorder_;
  SteadyClock::time_point deadline_;
  profiles::HostSpec host_;
  std::vector<Accelerator> accelerators_;
  std::filesystem::path runner_;
  HelloEvent hello_;
  std::optional<int> ordinal_;  // of the device, where it is not the one that Kokkos takes
  double siblings_s_ = 0;       // of the budget, kept for them
  std::string cpus_;            // near the device; empty: all
  std::vector<int> siblings_;   // places in hello_.visible_devices of the GPUs of a kind, the measured one first
  CollectivePlan collectives_;
  std::string lost_sibling_;  // why the GPUs cannot talk to each other; empty: they may
  int thread_count_ = 1;
  bool interrupted_now_ = false;
  std::string lost_;
  std::string lost_next_step_;
};

}  // namespace

profiles::MachineProfile probe_machine(ProbeRequest const& request, Progress& progress) {
  InterruptGuard const guard;
  return probe_machine(request, progress, [&] { return guard.requested(); });
}

profiles::MachineProfile probe_machine(ProbeRequest const& request, Progress& progress,
                                       std::function<bool()> const& interrupted) {
  check(request);
  return MachineRun(request, progress, interrupted).run();
}

bool was_interrupted(profiles::MachineProfile const& profile) {
  return std::any_of(profile.findings.begin(), profile.findings.end(),
                     [](auto const& finding) { return finding.kind == "interrupted"; });
}

}  // namespace hpcadvise::probes
