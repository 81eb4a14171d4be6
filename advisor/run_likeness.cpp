// SPDX-License-Identifier: Apache-2.0
#include "advisor/run_likeness.hpp"

#include "advisor/constants.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace hpcadvise::advisor {
namespace {

double square(double value) { return value * value; }

// Of the machine or its software, so that all its runs have them in full; the others are of a kind of plan.
constexpr std::array doubts_of_machine{std::string_view("device"), std::string_view("framework"),
                                       std::string_view("rates")};

double share_of(std::string_view doubt) {
  bool const of_machine =
      std::find(doubts_of_machine.begin(), doubts_of_machine.end(), doubt) != doubts_of_machine.end();
  return of_machine ? 1 : double(constants::doubt_of_kind);
}

double doublings(double left, double right) { return left > 0 && right > 0 ? std::log2(left / right) : 0; }

// Squared, in lengths of like_doublings.
double distance(RunTraits const& left, RunTraits const& right) {
  auto const between = [&](std::int64_t ParallelPlan::*size) {
    return square(doublings(double(left.plan.*size), double(right.plan.*size)));
  };
  double const sizes = between(&ParallelPlan::tensor_parallel) + between(&ParallelPlan::pipeline_parallel) +
                       between(&ParallelPlan::micro_batch) +
                       square(doublings(double(left.plan.device_count()), double(right.plan.device_count()))) +
                       square(doublings(double(left.sequence_length), double(right.sequence_length))) +
                       square(doublings(left.parameter_count, right.parameter_count));
  int const choices = int(left.plan.sharding != right.plan.sharding) + int(left.precision != right.precision) +
                      int(left.framework != right.framework);
  return sizes / square(constants::like_doublings) + constants::unlike_choice * choices;
}

}  // namespace

RunTraits run_traits(TrainingJob const& job, ParallelPlan const& plan, FrameworkKind framework,
                     profiles::Doubts doubts) {
  return {.plan = plan,
          .model = job.model.name,
          .parameter_count = count_parameters(job.model).total,
          .sequence_length = job.sequence_length,
          .precision = std::string(profiles::to_string(job.precision)),
          .framework = std::string(to_string(framework)),
          .doubts = std::move(doubts)};
}

bool same_plan(RunTraits const& left, RunTraits const& right) {
  auto plan = left.plan;
  plan.recompute = right.plan.recompute;
  plan.recompute_interval = right.plan.recompute_interval;
  return plan == right.plan && left.model == right.model && left.sequence_length == right.sequence_length &&
         left.precision == right.precision && left.framework == right.framework;
}

double shared_variance(RunTraits const& left, RunTraits const& right) {
  double variance =
      square(constants::sigma_machine) + square(constants::sigma_likeness) * std::exp(-distance(left, right) / 2);
  for (auto const& [name, log_sigma] : left.doubts)
    if (auto const other = right.doubts.find(name); other != right.doubts.end())
      variance += share_of(name) * square(std::min(log_sigma, other->second));
  return variance;
}

double variance_of_plan_alone(RunTraits const& run, double log_variance) {
  double const rest = log_variance - shared_variance(run, run) - square(constants::sigma_repeat);
  return std::max(rest, square(constants::sigma_plan));
}

}  // namespace hpcadvise::advisor
