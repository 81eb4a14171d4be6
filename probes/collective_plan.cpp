// SPDX-License-Identifier: Apache-2.0
#include "probes/collective_plan.hpp"

#include "probes/collective_findings.hpp"

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

void plan_node_of_host(RankQuestion const& question, CollectivePlan& plan) {
  auto const& [request, probes, context, usable_cores, devices, libraries] = question;
  auto ranks = plan_ranks(request, context.host, usable_cores, has_provider(context, "mpi"));
  if (ranks.problem.empty()) {
    if (ranks.oversubscribed) plan.findings.push_back(oversubscribed(ranks.job.ranks.rank_count, usable_cores));
    plan.starts.push_back({ranks.job, ranks.launcher.value()});
    return;
  }
  plan.problem = ranks.problem;
  skip(question, node_ranks(std::max(2, ranks.job.ranks.rank_count)), plan.problem, plan);
  plan.findings.push_back(no_collectives(plan.problem));
}

void plan_node_of_devices(RankQuestion const& question, CollectivePlan& plan) {
  auto const& [request, probes, context, usable_cores, devices, libraries] = question;
  if (devices.size() < 2) {
    plan.problem = "one GPU that the runner may use: there is nobody to talk to";
    return;
  }
  auto ranks = plan_device_ranks(request, int(devices.size()), has_provider(context, "mpi"));
  auto const together = node_ranks(std::max(2, ranks.job.ranks.rank_count));
  plan.problem = requests_with(question, context, together).empty() ? unusable_providers(libraries) : ranks.problem;
  if (plan.problem.empty()) {
    plan.starts.push_back({ranks.job, ranks.launcher.value(), devices});
    return;
  }
  skip(question, together, plan.problem, plan);
  plan.findings.push_back(no_device_collectives(plan.problem));
}

}  // namespace

CollectivePlan plan_collectives(RankQuestion const& question) {
  CollectivePlan plan;
  if (!are_wanted(question)) return plan;
  if (question.context.gpu)
    plan_node_of_devices(question, plan);
  else
    plan_node_of_host(question, plan);
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
  runner.arguments.insert(runner.arguments.end(), {"--ranks", std::to_string(start.job.ranks.rank_count)});
  return mpi_command(start.launcher, start.job, runner);
}

}  // namespace hpcadvise::probes
