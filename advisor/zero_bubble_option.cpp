// SPDX-License-Identifier: Apache-2.0
#include "advisor/zero_bubble_option.hpp"

#include "advisor/memory_verdict.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {
namespace {

constexpr double least_gain = 0.005;  // of a step; less is not said

// Those that have the schedule, as --framework takes them.
constexpr std::array<std::string_view, 2> frameworks{"torchtitan", "internevo"};

// The median step of a plan that the framework can run, filling the memory no more than that; nothing of another.
std::optional<double> step_s(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                             EstimateOptions const& options, MemoryVerdict fullest) {
  if (!plan_problem(job, plan, machine, options.framework).empty()) return std::nullopt;
  auto const estimate = estimate_step(job, plan, machine, options);
  if (memory_verdict(estimate.memory) > fullest) return std::nullopt;
  return estimate.step_time_s.median;
}

}  // namespace

std::string zero_bubble_option(TrainingJob const& job, StepEstimate const& estimate, Machine const& machine,
                               EstimateOptions const& options) {
  if (options.framework != FrameworkKind::unknown || estimate.plan.pipeline_parallel == 1) return {};
  ParallelPlan plan = estimate.plan;
  plan.schedule = Schedule::zero_bubble;
  plan.virtual_stages = 1;

  std::vector<std::string> parts;
  for (std::string_view const name : frameworks) {
    EstimateOptions there = options;
    there.framework = framework_kind_from_text(name);
    auto const with_s = step_s(job, plan, machine, there, memory_verdict(estimate.memory));
    if (!with_s || *with_s > (1 - least_gain) * estimate.step_time_s.median) continue;
    auto const without_s = step_s(job, estimate.plan, machine, there, MemoryVerdict::tight);
    if (without_s && *with_s > (1 - least_gain) * *without_s) continue;  // the framework gains, not the schedule
    parts.push_back(
        fmt::format("{} a step with --framework {}{}", profiles::format_seconds(*with_s), name,
                    without_s ? fmt::format(" ({} there without it)", profiles::format_seconds(*without_s)) : ""));
  }
  if (parts.empty()) return {};
  return fmt::format(
      "the zero-bubble schedule would take {}, in place of {} here; another framework changes more than "
      "the schedule",
      fmt::join(parts, " or "), profiles::format_seconds(estimate.step_time_s.median));
}

}  // namespace hpcadvise::advisor
