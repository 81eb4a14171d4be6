// SPDX-License-Identifier: Apache-2.0
#include "cli/run_text.hpp"

#include "cli/plan_text.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <utility>

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

std::string batch_text(std::int64_t sequences) { return profiles::format_count(static_cast<double>(sequences)); }

std::string useful_batches(advisor::BatchAdvice const& batch) {
  auto const devices = fmt::format("these devices reach 90 % of their rate from {} on",
                                   profiles::format_counted(batch.least_global_batch, "sequence"));
  if (!batch.critical) return devices;
  bool const serves_both = batch.least_global_batch <= batch.critical->global_batch;
  return fmt::format("{}; the critical batch is {} ({}){}", devices, batch_text(batch.critical->global_batch),
                     profiles::format_counted(batch.critical->tokens, "token"),
                     serves_both ? "" : ": no size serves both");
}

std::string micro_batch_line(advisor::BatchAdvice const& batch) {
  bool const one = batch.plateau_micro_batch == 1;
  return fmt::format("micro-batch: {} {} the plateau of the rate{}",
                     profiles::format_counted(batch.plateau_micro_batch, "sequence"), one ? "reaches" : "reach",
                     batch.plateau_fits ? "" : fmt::format(", but {} not fit in memory", one ? "does" : "do"));
}

// The star is the job's own batch.
Table points_table(advisor::BatchAdvice const& batch, advisor::TrainingJob const& job) {
  Table table{{{"Batch", Align::right},
               {"mb", Align::right},
               {"Tokens", Align::right},
               {"Steps", Align::right},
               {"Time", Align::right},
               {"P10..P90", Align::right},
               {"Device-hours", Align::right},
               {"LR", Align::right}},
              {}};
  for (auto const& point : batch.points) {
    auto const& cost = point.cost;
    table.rows.push_back(
        {fmt::format("{}{}", point.global_batch == job.global_batch ? "*" : "", batch_text(point.global_batch)),
         profiles::format_count(double(point.micro_batch)), profiles::format_count(cost.tokens),
         profiles::format_count(cost.steps), profiles::format_seconds(cost.duration_s.median),
         profiles::format_seconds_range(cost.duration_s.low, cost.duration_s.high, cost.duration_s.median),
         profiles::format_count(cost.device_hours.median), fmt::format("x {:.2f}", point.learning_rate_factor)});
  }
  return table;
}

// A step time is not known better than that.
constexpr double as_cheap = 1.05;

std::string cheapest_line(advisor::BatchAdvice const& batch, advisor::TrainingJob const& job) {
  double least_hours = std::numeric_limits<double>::infinity();
  for (auto const& point : batch.points) least_hours = std::min(least_hours, point.cost.device_hours.median);
  std::vector<std::string> cheapest;
  for (auto const& point : batch.points)
    if (point.cost.device_hours.median <= as_cheap * least_hours) cheapest.push_back(batch_text(point.global_batch));
  return fmt::format(
      "to the loss that {} reach with {}, this plan with another batch, and the micro-batch (mb) that suits it, takes "
      "as below; cheapest, within 5 %: {}",
      profiles::format_counted(*job.tokens, "token"), profiles::format_counted(job.global_batch, "sequence"),
      fmt::join(cheapest, ", "));
}

ordered_json point_to_json(advisor::BatchPoint const& point) {
  ordered_json json{{"global_batch", point.global_batch},
                    {"micro_batch", point.micro_batch},
                    {"learning_rate_factor", point.learning_rate_factor}};
  json.update(cost_to_json(point.cost));
  json.erase("notes");
  return json;
}

}  // namespace

Section batch_section(advisor::BatchAdvice const& batch, advisor::TrainingJob const& job) {
  Section section{
      .heading = "Batch sizes",
      .sentences = {micro_batch_line(batch),
                    fmt::format("global batch: {}; {}", profiles::format_counted(job.global_batch, "sequence"),
                                useful_batches(batch))}};
  auto& lines = section.sentences;
  if (batch.critical && job.global_batch > batch.critical->global_batch)
    lines.push_back(
        fmt::format("{} sequences are {:.1f} times the critical batch: most of what more devices add is lost; "
                    "take fewer of both",
                    batch_text(job.global_batch), double(job.global_batch) / double(batch.critical->global_batch)));
  if (batch.points.empty()) {
    lines.insert(lines.end(), batch.notes.begin(), batch.notes.end());
    return section;
  }
  lines.push_back(cheapest_line(batch, job));
  section.table = points_table(batch, job);
  section.notes = batch.notes;
  return section;
}

Section cost_section(advisor::RunCost const& cost) {
  std::vector<std::string> lines{
      fmt::format("{} in {}: {}", profiles::format_counted(cost.tokens, "token"),
                  profiles::format_counted(cost.steps, "step"), step_time_text(cost.duration_s)),
      fmt::format("{} device-hours", count_text(cost.device_hours))};
  if (cost.billing_units)
    lines.push_back(fmt::format("{} {}", count_text(*cost.billing_units), profiles::plural(cost.billing_unit)));
  if (cost.energy_kwh) lines.push_back(fmt::format("{} kWh", count_text(*cost.energy_kwh)));
  lines.insert(lines.end(), cost.notes.begin(), cost.notes.end());
  return {.heading = "The whole run", .sentences = std::move(lines)};
}

ordered_json batch_to_json(advisor::BatchAdvice const& batch) {
  ordered_json json{{"plateau_micro_batch", batch.plateau_micro_batch},
                    {"plateau_micro_batch_fits", batch.plateau_fits},
                    {"least_global_batch", batch.least_global_batch}};
  if (batch.critical) {
    json["critical_batch_tokens"] = batch.critical->tokens;
    json["critical_global_batch"] = batch.critical->global_batch;
  }
  json["points"] = ordered_json::array();
  for (auto const& point : batch.points) json["points"].push_back(point_to_json(point));
  json["notes"] = batch.notes;
  return json;
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
