// SPDX-License-Identifier: Apache-2.0
#include "cli/run_text.hpp"

#include "cli/plan_text.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hpcadvise::cli {
namespace {

using advisor::Interval;
using nlohmann::ordered_json;

ordered_json interval_to_json(Interval const& interval) {
  return {{"median", interval.median}, {"low", interval.low}, {"high", interval.high}};
}

std::string count_text(Interval const& interval) {
  return fmt::format("{} ({} to {})", profiles::format_count(interval.median), profiles::format_count(interval.low),
                     profiles::format_count(interval.high));
}

std::string useful_batches(advisor::BatchAdvice const& batch) {
  auto const critical =
      fmt::format("{} ({} tokens)", batch.critical_global_batch, profiles::format_count(batch.critical_batch_tokens));
  if (batch.least_global_batch <= batch.critical_global_batch)
    return fmt::format("of a useful {} to {}", batch.least_global_batch, critical);
  return fmt::format("and no size serves both: these devices need {}, the statistics of training end at {}",
                     batch.least_global_batch, critical);
}

}  // namespace

std::string batch_text(advisor::BatchAdvice const& batch, advisor::TrainingJob const& job, Terminal const& terminal) {
  std::vector<std::string> lines{
      fmt::format("micro-batch: {} sequence{} reach{} the plateau of the rate", batch.plateau_micro_batch,
                  batch.plateau_micro_batch == 1 ? "" : "s", batch.plateau_micro_batch == 1 ? "es" : ""),
      fmt::format("global batch: {} sequences, {}", job.global_batch, useful_batches(batch))};
  if (job.global_batch > batch.critical_global_batch)
    lines.push_back(
        fmt::format("{} sequences are {:.1f} times the critical batch: most of what more devices add is lost; "
                    "take fewer of both",
                    job.global_batch, double(job.global_batch) / double(batch.critical_global_batch)));
  lines.insert(lines.end(), batch.notes.begin(), batch.notes.end());
  return styled(terminal, Style::bold, "Batch sizes") + '\n' + bullets(lines, terminal);
}

std::string cost_text(advisor::RunCost const& cost, Terminal const& terminal) {
  std::vector<std::string> lines{fmt::format("{} tokens are {} steps: {}", profiles::format_count(cost.tokens),
                                             profiles::format_count(cost.steps), step_time_text(cost.duration_s)),
                                 fmt::format("{} device-hours", count_text(cost.device_hours))};
  if (cost.billing_units) lines.push_back(fmt::format("{} {}", count_text(*cost.billing_units), cost.billing_unit));
  if (cost.energy_kwh) lines.push_back(fmt::format("{} kWh", count_text(*cost.energy_kwh)));
  lines.insert(lines.end(), cost.notes.begin(), cost.notes.end());
  return styled(terminal, Style::bold, "The whole run") + '\n' + bullets(lines, terminal);
}

ordered_json batch_to_json(advisor::BatchAdvice const& batch) {
  return {{"plateau_micro_batch", batch.plateau_micro_batch},
          {"least_global_batch", batch.least_global_batch},
          {"critical_batch_tokens", batch.critical_batch_tokens},
          {"critical_global_batch", batch.critical_global_batch},
          {"notes", batch.notes}};
}

ordered_json cost_to_json(advisor::RunCost const& cost) {
  ordered_json json{{"tokens", cost.tokens},
                    {"steps", cost.steps},
                    {"duration_s", interval_to_json(cost.duration_s)},
                    {"device_hours", interval_to_json(cost.device_hours)}};
  if (cost.energy_kwh) json["energy_kwh"] = interval_to_json(*cost.energy_kwh);
  if (cost.billing_units) {
    json["billing_units"] = interval_to_json(*cost.billing_units);
    json["billing_unit"] = cost.billing_unit;
  }
  json["notes"] = cost.notes;
  return json;
}

}  // namespace hpcadvise::cli
