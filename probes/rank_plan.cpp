// SPDX-License-Identifier: Apache-2.0
#include "probes/rank_plan.hpp"

#include "probes/discovery/cpu_list.hpp"
#include "probes/launch/find_program.hpp"
#include "profiles/error.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace hpcadvise::probes {
namespace {

int allowed_numa_nodes(profiles::HostSpec const& host) {
  auto const reachable = [&](auto const& node) { return lists_share_a_cpu(node.cpus, host.allowed_cpus); };
  return static_cast<int>(std::count_if(host.numa_nodes.begin(), host.numa_nodes.end(), reachable));
}

void require_one_rank(int rank_count) {
  if (rank_count < 1)
    throw profiles::UsageError(fmt::format("{} MPI ranks make no sense", rank_count),
                               "give at least 2 to measure collectives, 1 to leave them out");
}

void find_launcher(RankPlan& plan, LauncherSearch const& launchers) {
  if (launchers.mpi_library.empty()) {
    plan.problem = "the runner was built without MPI";
    plan.next_step = "build it with MPI, or leave it: one rank needs none";
    return;
  }
  auto const path = environment_value("PATH");
  auto search = find_mpi_launcher(path, launchers.patience_s);
  plan.launcher = std::move(search.launcher);
  if (!plan.launcher && !plan.job.node.empty()) {
    auto sruns = find_sruns(path, launchers.mpi_library, launchers.patience_s);
    if (!sruns.launchers.empty()) plan.launcher = std::move(sruns.launchers.front());
    search.problem += "; " + sruns.problem;
    if (!sruns.next_step.empty()) search.next_step = std::move(sruns.next_step);
  }
  if (plan.launcher) return;
  plan.problem = std::move(search.problem);
  plan.next_step = std::move(search.next_step);
}

void leave_out_one_rank(RankPlan& plan) {
  plan.problem = "one rank was asked for: there is nobody to talk to";
  plan.next_step = "leave --ranks out, or ask for at least 2";
}

MpiJob job_of(int rank_count, LauncherSearch const& launchers) {
  MpiJob job;
  job.ranks = node_ranks(rank_count);
  job.as_root = ::geteuid() == 0;
  if (launchers.allocation) job.node = launchers.allocation->this_node;
  return job;
}

}  // namespace

RankPlan plan_device_ranks(ProbeRequest const& request, int device_count, LauncherSearch const& launchers) {
  RankPlan plan;
  int const rank_count = request.rank_count.value_or(device_count);
  plan.job = job_of(rank_count, launchers);
  plan.job.bound = false;
  require_one_rank(rank_count);
  if (rank_count > device_count)
    throw profiles::UsageError(
        fmt::format("{} MPI ranks are more than the {} GPUs of one kind here", rank_count, device_count),
        "a rank has a GPU of its own: ask for fewer");
  if (rank_count < 2)
    leave_out_one_rank(plan);
  else
    find_launcher(plan, launchers);
  return plan;
}

RankPlan plan_ranks(ProbeRequest const& request, profiles::HostSpec const& host, int usable_cores,
                    LauncherSearch const& launchers) {
  RankPlan plan;
  int const domains = allowed_numa_nodes(host);
  auto const binding = request.binding.value_or(domains > 1 ? Binding::numa : Binding::core);
  int const rank_count = request.rank_count.value_or(binding == Binding::numa ? std::max(1, domains) : usable_cores);
  plan.job = job_of(rank_count, launchers);
  plan.job.binding = binding;
  require_one_rank(rank_count);
  plan.oversubscribed = rank_count > usable_cores;
  if (plan.oversubscribed && !request.oversubscribe)
    throw profiles::UsageError(
        fmt::format("{} MPI ranks are more than the {} cores this process may use", rank_count, usable_cores),
        "ask for fewer ranks, or allow it by --oversubscribe (times then say little)");
  plan.job.oversubscribe = plan.oversubscribed;
  if (rank_count >= 2) {
    find_launcher(plan, launchers);
  } else if (request.rank_count) {
    leave_out_one_rank(plan);
  } else if (usable_cores == 1) {
    plan.problem = "one core that this process may use: there is nobody to talk to";
    plan.next_step = "ask the scheduler for more cores; --ranks 2 --oversubscribe tests collectives, and measures none";
  } else {
    plan.problem = "one NUMA domain, and one rank a domain: there is nobody to talk to";
    plan.next_step = "leave --bind out, or ask for more ranks: --ranks";
  }
  return plan;
}

}  // namespace hpcadvise::probes
