// SPDX-License-Identifier: Apache-2.0
#include "probes/siblings.hpp"

#include "profiles/error.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <thread>

namespace hpcadvise::probes {
namespace {

// A tenth, which is enough for two or three samples of a second beside the start of the runners.
constexpr double share = 0.1;
constexpr double start_s = 3;

bool is_for_siblings(std::string const& probe) {
  Probe const* const found = find_probe(probe);
  return found != nullptr && found->with_siblings;
}

SiblingResult run_one(SamplePlan plan, SiblingRun const& run, std::function<bool()> const& interrupted) {
  SiblingResult result{.device = run.device, .outcome = {}, .samples = {}};
  for (auto& request : plan.requests) request.parameters["device"] = std::int64_t{run.device};
  RunListener listener;
  listener.interrupted = interrupted;
  listener.sampled = [&](SampleRequest const& request, profiles::Sample const& sample) {
    result.samples.emplace_back(request, sample);
  };
  try {
    result.outcome = run_plan(plan, run.settings, listener);
  } catch (profiles::Error const& error) {
    result.outcome.lost = error.what();
    result.outcome.next_step = error.next_step();
  }
  return result;
}

}  // namespace

double siblings_share_s(double budget_s) { return share * budget_s + start_s; }

SamplePlan siblings_plan(SamplePlan const& plan, int device_count, double budget_s) {
  SamplePlan result;
  std::set<std::string> seen;
  double used_s = start_s;
  for (auto const& request : plan.requests) {
    if (request.rank_count > 1 || !is_for_siblings(request.probe) || seen.contains(request.probe)) continue;
    if (used_s + request.expected_s > budget_s) continue;
    seen.insert(request.probe);
    used_s += request.expected_s;
    result.requests.push_back(request);
    auto& added = result.requests.back();
    added.id = std::int64_t(result.requests.size()) - 1;
    added.sentinel = false;
    added.parameters["concurrent_devices"] = std::int64_t{device_count};
  }
  return result;
}

std::vector<SiblingResult> run_siblings(SamplePlan const& plan, std::vector<SiblingRun> const& runs,
                                        std::function<bool()> const& interrupted) {
  std::vector<SiblingResult> results(runs.size());
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < runs.size(); ++i)
    threads.emplace_back([&, i] { results[i] = run_one(plan, runs[i], interrupted); });
  threads.clear();
  return results;
}

}  // namespace hpcadvise::probes
