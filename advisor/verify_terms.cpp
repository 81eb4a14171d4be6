// SPDX-License-Identifier: Apache-2.0
#include "advisor/verify.hpp"

#include <algorithm>
#include <string_view>

namespace hpcadvise::advisor {
namespace {

using Term = double StepTerms::*;

// A part of the step: timers that add up to it, timers that run inside of those and belong elsewhere, and the terms
// that predict it.
struct TimerGroup {
  std::string_view label;
  std::vector<std::string_view> plus;
  std::vector<std::string_view> minus;
  std::vector<Term> terms;
};

// The timers of one generation of a program: known by one that it has and one that it lacks.
struct TimerSet {
  std::string_view has;
  std::string_view lacks;
  std::vector<TimerGroup> groups;
};

std::vector<TimerSet> timer_sets() {
  std::vector<Term> const passes{&StepTerms::compute_s,         &StepTerms::attention_s,
                                 &StepTerms::elementwise_s,     &StepTerms::recompute_s,
                                 &StepTerms::tensor_parallel_s, &StepTerms::context_parallel_s,
                                 &StepTerms::expert_parallel_s, &StepTerms::other_s};
  std::vector<Term> const pipeline{&StepTerms::pipeline_bubble_s, &StepTerms::pipeline_transfer_s};
  std::vector<Term> const exchange{&StepTerms::data_parallel_exposed_s};
  std::vector<Term> const optimizer{&StepTerms::optimizer_s};
  auto const both = [](std::vector<Term> first, std::vector<Term> const& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
  };
  constexpr std::string_view pass_label = "forward and backward passes";
  constexpr std::string_view exchange_label = "gradient and parameter exchange";
  constexpr std::string_view optimizer_label = "optimizer";

  // Megatron-LM of 2022: gradients are reduced behind the passes, parameters gathered behind the optimizer.
  std::vector<TimerGroup> const megatron_2022{
      {pass_label, {"forward-backward"}, {}, both(passes, pipeline)},
      {exchange_label, {"grads-all-reduce", "grads-reduce-scatter", "params-all-gather"}, {}, exchange},
      {optimizer_label, {"optimizer"}, {}, optimizer}};
  return {
      {"grads-reduce-scatter", "all-grads-sync", megatron_2022},
      {"grads-all-reduce", "all-grads-sync", megatron_2022},
      // From 2023: finalize_model_grads() runs within forward-backward, the gathering within optimizer.step().
      {"forward-backward",
       "",
       {{pass_label, {"forward-backward"}, {"all-grads-sync"}, both(passes, pipeline)},
        {exchange_label, {"all-grads-sync", "params-all-gather"}, {}, exchange},
        {optimizer_label, {"optimizer"}, {"params-all-gather"}, optimizer}}},
      // Megatron-LM of 2021 and its forks: the last rank's own timers.
      {"forward-compute",
       "forward-backward",
       {{pass_label, {"forward-compute", "backward-compute"}, {}, passes},
        {"pipeline transfers and waiting",
         {"forward-recv", "forward-send", "backward-recv", "backward-send", "forward-send-backward-recv",
          "forward-send-forward-recv", "backward-send-forward-recv", "backward-send-backward-recv",
          "forward-backward-send-forward-backward-recv"},
         {},
         pipeline},
        {exchange_label, {"backward-params-all-reduce", "backward-embedding-all-reduce"}, {}, exchange},
        {optimizer_label, {"optimizer"}, {}, optimizer}}},
      // DeepSpeed: step() holds the optimizer and, with ZeRO, the gathering of parameters.
      {"bwd_inner",
       "",
       {{pass_label, {"fwd", "bwd_inner"}, {}, both(passes, pipeline)},
        {"gradient exchange and optimizer step", {"bwd_allreduce", "step"}, {}, both(exchange, optimizer)}}},
  };
}

}  // namespace

std::vector<TermComparison> compare_terms(TrainingLog const& log, double measured_step_s, StepTerms const& predicted) {
  auto const sets = timer_sets();
  auto const set = std::find_if(sets.begin(), sets.end(), [&](TimerSet const& each) {
    return log.timers.contains(std::string(each.has)) && !log.timers.contains(std::string(each.lacks));
  });
  if (set == sets.end()) return {};

  std::vector<TermComparison> comparisons;
  double timed_s = 0;
  for (auto const& group : set->groups) {
    TermComparison comparison;
    comparison.label = group.label;
    auto const add = [&](std::vector<std::string_view> const& names, double sign) {
      for (auto const name : names) {
        auto const timer = log.timers.find(std::string(name));
        if (timer == log.timers.end()) continue;
        comparison.measured_s += sign * median_timer_s(timer->second.slowest_s);
        if (sign > 0) comparison.timers.emplace_back(name);
      }
    };
    add(group.plus, 1);
    add(group.minus, -1);
    comparison.measured_s = std::max(0.0, comparison.measured_s);
    for (auto const term : group.terms) comparison.predicted_s += predicted.*term;
    timed_s += comparison.measured_s;
    if (!comparison.timers.empty() || comparison.predicted_s > 0) comparisons.push_back(std::move(comparison));
  }
  comparisons.push_back({"outside of the timers", measured_step_s - timed_s, 0, {}});
  return comparisons;
}

}  // namespace hpcadvise::advisor
