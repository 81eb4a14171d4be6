// SPDX-License-Identifier: Apache-2.0
#include "probes/siblings.hpp"

#include "probes/common_start.hpp"
#include "profiles/error.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <set>
#include <thread>
#include <utility>

namespace hpcadvise::probes {
namespace {

// A tenth and the start, at most a third: enough for two or three samples of a second beside the start of the runners.
constexpr double share = 0.1;
constexpr double start_s = 3;

bool is_for_siblings(std::string const& probe) {
  Probe const* const found = find_probe(probe);
  return found != nullptr && found->with_siblings;
}

SiblingResult run_one(SamplePlan plan, SiblingRun run, CommonStart& start, std::function<bool()> const& interrupted) {
  SiblingResult result{.device = run.device, .outcome = {}, .samples = {}};
  for (auto& request : plan.requests) request.parameters["device"] = std::int64_t{run.device};
  run.settings.command.environment.insert(start.variable());
  bool arrived = false;
  auto const arrive = [&] {
    if (!std::exchange(arrived, true)) start.arrived();
  };
  RunListener listener;
  listener.ready = arrive;
  listener.interrupted = interrupted;
  listener.sampled = [&](SampleRequest const& request, profiles::Sample const& sample) {
    result.samples.emplace_back(request, sample);
  };
  try {
    result.outcome = run_plan(plan, run.settings, listener);
  } catch (profiles::Error const& error) {
    result.outcome.lost = error.what();
    result.outcome.next_step = error.next_step();
  } catch (std::exception const& error) {
    result.outcome.lost = error.what();
  }
  arrive();
  return result;
}

}  // namespace

double siblings_share_s(double budget_s) { return std::min(share * budget_s + start_s, budget_s / 3); }

SamplePlan siblings_plan(SamplePlan const& plan, int device_count, double budget_s) {
  SamplePlan result;
  std::set<std::string> seen;
  double used_s = start_s;
  auto const add = [&](SampleRequest const& request) {
    if (request.ranks.rank_count > 1 || !is_for_siblings(request.probe) || seen.contains(request.probe)) return;
    if (used_s + request.expected_s > budget_s) return;
    seen.insert(request.probe);
    used_s += request.expected_s;
    result.requests.push_back(request);
    auto& added = result.requests.back();
    added.id = std::int64_t(result.requests.size()) - 1;
    added.sentinel = false;
    added.parameters["concurrent_devices"] = std::int64_t{device_count};
  };
  // The vendor's library draws more power than our kernels.
  for (auto const& request : plan.requests)
    if (request.provider != "kokkos") add(request);
  for (auto const& request : plan.requests) add(request);
  return result;
}

std::vector<SiblingResult> run_siblings(SamplePlan const& plan, std::vector<SiblingRun> const& runs,
                                        std::function<bool()> const& interrupted) {
  std::vector<SiblingResult> results(runs.size());
  CommonStart start(runs.size());
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < runs.size(); ++i)
    threads.emplace_back([&, i] { results[i] = run_one(plan, runs[i], start, interrupted); });
  threads.clear();
  return results;
}

}  // namespace hpcadvise::probes
