// SPDX-License-Identifier: Apache-2.0
#include "probes/collective_plan.hpp"

#include "probes/collective_findings.hpp"
#include "probes/way_between_nodes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace hpcadvise::probes {
namespace {

// What the probes would measure with these ranks.
std::vector<SampleRequest> requests_with(RankQuestion const& question, PlanContext context, Ranks const& ranks) {
  context.layouts = {ranks};
  std::vector<SampleRequest> result;
  for (auto const* const probe : question.probes)
    for (auto& candidate : probe->candidates(context))
      if (candidate.request.ranks.rank_count > 1) result.push_back(std::move(candidate.request));
  return result;
}

// Whether any probe would, had the runner all that moves messages.
bool are_wanted(RankQuestion const& question) {
  auto context = question.context;
  context.providers.insert(context.providers.end(), {"mpi", "nccl", "rccl", "mpi_device"});
  return !requests_with(question, std::move(context), node_ranks(2)).empty();
}

void skip(RankQuestion const& question, Ranks const& ranks, std::string const& problem, CollectivePlan& plan) {
  for (auto& request : requests_with(question, question.context, ranks))
    plan.skipped.emplace_back(std::move(request), problem);
}

LauncherSearch launchers_of(RankQuestion const& question) {
  // A launcher that waits for ever must leave time to measure.
  double const share_s = std::max(0.0, seconds_until(question.budget_end) / 4);
  LauncherSearch search{
      .mpi_library = {}, .allocation = question.allocation, .patience_s = std::min(usual_launcher_patience_s, share_s)};
  auto const version = question.libraries.find("mpi");
  if (has_provider(question.context, "mpi"))
    search.mpi_library = version != question.libraries.end() ? version->second : "an MPI without a name";
  return search;
}

// These return how the ranks of a node are started, were there a launcher for them.
MpiJob plan_node_of_host(RankQuestion const& question, CollectivePlan& plan) {
  int const cores = question.usable_cores;
  auto ranks = plan_ranks(question.request, question.context.host, cores, launchers_of(question));
  if (ranks.problem.empty()) {
    if (ranks.oversubscribed) plan.findings.push_back(oversubscribed(ranks.job.ranks.rank_count, cores));
    plan.starts.push_back({ranks.job, ranks.launcher.value()});
    return ranks.job;
  }
  plan.problem = ranks.problem;
  plan.next_step = ranks.next_step;
  skip(question, node_ranks(std::max(2, ranks.job.ranks.rank_count)), plan.problem, plan);
  plan.findings.push_back(no_collectives(plan.problem, ranks.next_step));
  return ranks.job;
}

MpiJob plan_node_of_devices(RankQuestion const& question, CollectivePlan& plan) {
  auto const& devices = question.devices;
  if (devices.size() < 2) {
    plan.problem = "one GPU that the runner may use: there is nobody to talk to";
    auto alone = question.request;
    alone.rank_count = 1;
    return plan_device_ranks(alone, 1, launchers_of(question)).job;
  }
  auto ranks = plan_device_ranks(question.request, int(devices.size()), launchers_of(question));
  auto const together = node_ranks(std::max(2, ranks.job.ranks.rank_count));
  bool const can_talk = !requests_with(question, question.context, together).empty();
  plan.problem = can_talk ? ranks.problem : unusable_providers(question.libraries);
  if (plan.problem.empty()) {
    plan.starts.push_back({ranks.job, ranks.launcher.value(), devices});
    return ranks.job;
  }
  skip(question, together, plan.problem, plan);
  plan.findings.push_back(can_talk ? no_device_collectives(plan.problem, ranks.next_step)
                                   : no_device_collectives(plan.problem));
  return ranks.job;
}

void plan_module(RankQuestion const& question, CollectivePlan& plan) {
  if (question.module_devices.size() < 2 || plan.starts.empty()) return;
  auto start = plan.starts.front();
  int const count = int(question.module_devices.size());
  start.job.ranks = {.placement = Placement::module, .rank_count = count, .ranks_a_node = count};
  start.devices = question.module_devices;
  plan.starts.push_back(std::move(start));
}

void plan_nodes(RankQuestion const& question, MpiJob job, CollectivePlan& plan) {
  bool const is_wanted = question.allocation && question.allocation->node_count > 1 && question.request.rank_count != 1;
  auto const launchers = launchers_of(question);
  if (!is_wanted || launchers.mpi_library.empty()) return;
  int const node_count = question.allocation->node_count;
  job.ranks = nodes_ranks(node_count, job.ranks.rank_count);
  if (requests_with(question, question.context, job.ranks).empty()) return;
  auto const way = way_between_nodes(job, question.devices, launchers, question.ask);
  if (!way.start) {
    skip(question, job.ranks, way.problem, plan);
    plan.findings.push_back(no_collectives_between_nodes(node_count, way.problem));
    return;
  }
  plan.starts.push_back(*way.start);
  if (job.ranks.ranks_a_node == 1) return;
  auto one_a_node = *way.start;
  one_a_node.job.ranks = nodes_ranks(node_count, 1);
  one_a_node.job.bound = false;  // it has the threads of all
  plan.starts.push_back(std::move(one_a_node));
}

}  // namespace

CollectivePlan plan_collectives(RankQuestion const& question) {
  CollectivePlan plan;
  if (!are_wanted(question)) return plan;
  auto const job = question.context.gpu ? plan_node_of_devices(question, plan) : plan_node_of_host(question, plan);
  plan_module(question, plan);
  plan_nodes(question, job, plan);
  return plan;
}

RankStart const* find_start(CollectivePlan const& plan, Ranks const& ranks) {
  auto const found =
      std::ranges::find_if(plan.starts, [&](RankStart const& start) { return start.job.ranks == ranks; });
  return found == plan.starts.end() ? nullptr : &*found;
}

Command rank_command(RankStart const& start, Command runner) {
  if (!start.devices.empty())
    runner.environment["HPCADVISE_RANK_DEVICES"] = fmt::format("{}", fmt::join(start.devices, ","));
  return mpi_command(start.launcher, start.job, runner);
}

}  // namespace hpcadvise::probes
