// SPDX-License-Identifier: Apache-2.0
#include "cli/sweep_text.hpp"

#include "advisor/constants.hpp"
#include "advisor/memory_verdict.hpp"
#include "cli/plan_text.hpp"
#include "cli/plan_words.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace hpcadvise::cli {
namespace {

constexpr double billion = 1e9;

double best_rate(std::span<Answer const> answers) {
  double rate = 0;
  for (Answer const& answer : answers)
    if (auto const* const best = answer.recommended()) rate = std::max(rate, best->tokens_per_s_per_device);
  return rate;
}

bool may_not_run(advisor::StepEstimate const& estimate) {
  return advisor::memory_verdict(estimate.memory) != advisor::MemoryVerdict::roomy;
}

advisor::RunCost run_cost(Answer const& answer, advisor::StepEstimate const& best) {
  if (answer.cost) return *answer.cost;
  auto job = answer.resolved.job;
  job.tokens = billion;
  return *advisor::cost_of_run(job, best, answer.resolved.machine);
}

// What a heading can say of all the counts.
struct CommonJob {
  ResolvedJob resolved;
  std::string devices;
  std::string batch;
};

CommonJob common_job(std::span<Answer const> answers) {
  ResolvedJob resolved = answers.front().resolved;
  for (Answer const& answer : answers)
    for (auto const& note : answer.resolved.notes)
      if (std::find(resolved.notes.begin(), resolved.notes.end(), note) == resolved.notes.end())
        resolved.notes.push_back(note);
  bool const same_batch = std::all_of(answers.begin(), answers.end(), [&](Answer const& answer) {
    return answer.resolved.job.global_batch == resolved.job.global_batch;
  });
  if (!same_batch)
    std::replace_if(
        resolved.assumed.begin(), resolved.assumed.end(),
        [](std::string const& item) { return item.starts_with("global batch"); }, "global batches below");
  auto devices = fmt::format("{} to {}", profiles::format_count(double(answers.front().device_count)),
                             profiles::format_counted(answers.back().device_count, "device"));
  auto batch = same_batch ? global_batch_text(resolved.job) : "global batches below";
  return {std::move(resolved), std::move(devices), std::move(batch)};
}

}  // namespace

std::string sweep_heading(std::span<Answer const> answers, Terminal const& terminal) {
  auto const common = common_job(answers);
  return heading_text(common.resolved, common.devices, common.batch, terminal);
}

std::string sweep_heading_markdown(std::span<Answer const> answers) {
  auto const common = common_job(answers);
  return heading_markdown(common.resolved, common.devices, common.batch);
}

Table scaling_table(std::span<Answer const> answers) {
  Table table{{{"Devices", Align::right},
               {"Step", Align::right},
               {"P10..P90", Align::right},
               {"MFU", Align::right},
               {"Eff", Align::right},
               {"Memory", Align::right},
               {"Batch", Align::right},
               {"Best plan"}},
              {}};
  double const rate = best_rate(answers);
  for (Answer const& answer : answers) {
    std::string const devices = profiles::format_count(double(answer.device_count));
    auto const* const best = answer.recommended();
    if (best == nullptr) {
      table.rows.push_back({devices, "", "", "", "", "", "", "nothing fits"});
      continue;
    }
    auto const& step_s = best->step_time_s;
    table.rows.push_back({devices, profiles::format_seconds(step_s.median),
                          profiles::format_seconds_range(step_s.low, step_s.high, step_s.median),
                          fmt::format("{:.0f} %", 100 * best->mfu_of_dense_peak),
                          fmt::format("{:.2f}", best->tokens_per_s_per_device / rate),
                          (may_not_run(*best) ? "!" : "") + profiles::format_bytes(best->memory.total_bytes()),
                          profiles::format_count(double(best->plan.global_batch)), short_plan(best->plan)});
  }
  return table;
}

std::vector<std::string> scaling_footnotes(std::span<Answer const> answers) {
  std::vector<std::string> notes{"Eff: tokens a second and device, over the most that any of these counts reaches"};
  bool const marked = std::any_of(answers.begin(), answers.end(), [](Answer const& answer) {
    return answer.recommended() != nullptr && may_not_run(*answer.recommended());
  });
  if (marked)
    notes.push_back(
        fmt::format("!: fills more than {:.0f} % of the memory, and this estimate is off by {:.0f} % in the median: it "
                    "may not run",
                    100 * advisor::constants::roomy_share.value, 100 * advisor::constants::memory_error.value));
  std::vector<advisor::ParallelPlan> shown;
  for (Answer const& answer : answers)
    if (auto const* const best = answer.recommended()) shown.push_back(best->plan);
  if (!shown.empty()) notes.push_back(short_forms_text(shown));
  return notes;
}

Table run_costs_table(std::span<Answer const> answers) {
  auto const& machine = answers.front().resolved.machine;
  bool const is_billed = machine.billing_units_per_device_hour.has_value();
  bool const has_power = machine.power_w > 0;
  Table table{{{"Devices", Align::right},
               {"Tokens/s", Align::right},
               {"Time", Align::right},
               {"P10..P90", Align::right},
               {"Device-hours", Align::right}},
              {}};
  if (is_billed) table.columns.push_back({"Billed", Align::right});
  if (has_power) table.columns.push_back({"kWh", Align::right});
  for (Answer const& answer : answers) {
    auto const* const best = answer.recommended();
    if (best == nullptr) continue;
    auto const cost = run_cost(answer, *best);
    auto const& time_s = cost.duration_s;
    std::vector<std::string> row{
        profiles::format_count(double(answer.device_count)),
        profiles::format_count(best->tokens_per_s_per_device * double(answer.device_count)),
        profiles::format_seconds(time_s.median),
        profiles::format_seconds_range(time_s.low, time_s.high, time_s.median),
        profiles::format_count(cost.device_hours.median),
    };
    if (is_billed) row.push_back(profiles::format_count(cost.billing_units->median));
    if (has_power) row.push_back(profiles::format_count(cost.energy_kwh->median));
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string run_costs_heading(std::span<Answer const> answers) {
  auto const& resolved = answers.front().resolved;
  std::string heading = resolved.job.tokens
                            ? fmt::format("The whole run of {} tokens", profiles::format_count(*resolved.job.tokens))
                            : "Each billion tokens";
  if (resolved.machine.billing_units_per_device_hour)
    heading += fmt::format(", billed in {}", profiles::plural(resolved.machine.billing_unit));
  return heading;
}

nlohmann::ordered_json scaling_to_json(std::span<Answer const> answers) {
  auto scaling = nlohmann::ordered_json::array();
  double const rate = best_rate(answers);
  for (Answer const& answer : answers) {
    auto const* const best = answer.recommended();
    if (best == nullptr) continue;
    double const device_rate = best->tokens_per_s_per_device;
    auto const& step_s = best->step_time_s;
    scaling.push_back({{"devices", answer.device_count},
                       {"step_time_s", step_s.median},
                       {"step_time_low_s", step_s.low},
                       {"step_time_high_s", step_s.high},
                       {"tokens_per_s", device_rate * double(answer.device_count)},
                       {"efficiency", device_rate / rate},
                       {"memory_bytes", best->memory.total_bytes()},
                       {"memory_verdict", to_string(advisor::memory_verdict(best->memory))},
                       {"device_hours_per_billion_tokens", billion / device_rate / 3600}});
    if (!answer.cost) continue;
    scaling.back()["duration_s"] = answer.cost->duration_s.median;
    scaling.back()["device_hours"] = answer.cost->device_hours.median;
  }
  return scaling;
}

}  // namespace hpcadvise::cli
