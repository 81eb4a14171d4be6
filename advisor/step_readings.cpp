// SPDX-License-Identifier: Apache-2.0
#include "advisor/step_readings.hpp"

#include "profiles/error.hpp"
#include "profiles/order_statistics.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hpcadvise::advisor {
namespace {

struct Reading {
  LogStep const* step;
  double time_s;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return profiles::quantile(values, 0.5);
}

std::optional<double> time_of(LogStep const& step, TrainingJob const& job, ParallelPlan const& plan) {
  double const batch = double(plan.global_batch);
  if (step.step_time_s) return step.step_time_s;
  if (step.samples_per_s) return batch / *step.samples_per_s;
  if (step.tokens_per_s_per_device)
    return batch * double(job.sequence_length) / (double(plan.device_count()) * *step.tokens_per_s_per_device);
  if (step.micro_step_time_s) return *step.micro_step_time_s * double(plan.gradient_accumulation());
  return std::nullopt;
}

std::vector<Reading> of_this_batch(TrainingLog const& log, TrainingJob const& job, ParallelPlan const& plan,
                                   StepReadings& result) {
  std::vector<Reading> readings;
  std::int64_t other = 0;
  std::optional<double> no_time_s;
  for (auto const& step : log.steps) {
    if (step.global_batch && *step.global_batch != plan.global_batch) {
      ++result.other_batches;
      other = *step.global_batch;
    } else if (auto const time_s = time_of(step, job, plan)) {
      bool const is_time = *time_s > 0 && std::isfinite(*time_s);
      if (is_time)
        readings.push_back({&step, *time_s});
      else
        no_time_s = time_s, ++result.no_times;
    }
  }
  if (readings.empty() && no_time_s)
    throw profiles::UsageError(
        fmt::format("the log's steps take {} s: not a time", *no_time_s),
        "Is it cut, edited, or of another program? See docs/verify.md for the lines that are read.");
  if (readings.empty())
    throw profiles::UsageError(
        fmt::format("the log's steps run a global batch of {}, the plan {}", other, plan.global_batch),
        "Give the plan that ran.");
  return readings;
}

std::vector<Reading> warm(std::vector<Reading> const& readings, StepReadings& result) {
  std::vector<Reading> kept;
  int segment = -1;
  std::int64_t start = 0;
  for (auto const& reading : readings) {
    bool const first = reading.step->segment != segment;
    if (first) {
      segment = reading.step->segment;
      start = reading.step->iteration;
    }
    if (first || reading.step->iteration < start + warm_up_iterations)
      ++result.warm_up;
    else
      kept.push_back(reading);
  }
  if (!kept.empty()) return kept;
  result.notes.push_back(readings.size() == 1
                             ? "there is one reading only, and it may hold the start-up"
                             : "the log ends within the warm-up: its last reading stands for the step");
  --result.warm_up;
  return {readings.back()};
}

void leave_out_pauses(std::vector<double>& times_s, StepReadings& result) {
  double const usual_s = median(times_s);
  auto const is_pause = [&](double time_s) { return time_s > pause_factor * usual_s; };
  auto const pauses = std::count_if(times_s.begin(), times_s.end(), is_pause);
  if (pauses == 0) return;
  if (double(pauses) > most_pauses * double(times_s.size())) {
    result.notes.push_back(
        fmt::format("{} of {} readings take over {} times the median: two kinds of step, and both count", pauses,
                    times_s.size(), pause_factor));
    return;
  }
  double const all_s = std::accumulate(times_s.begin(), times_s.end(), 0.0);
  for (double const time_s : times_s)
    if (is_pause(time_s)) result.pauses_share_of_time += (time_s - usual_s) / all_s;
  result.pauses = pauses;
  std::erase_if(times_s, is_pause);
}

void set_interval(StepReadings& result, bool smoothed) {
  auto sorted = result.times_s;
  std::sort(sorted.begin(), sorted.end());
  auto const count = std::int64_t(sorted.size());
  auto const ranks = smoothed ? std::nullopt : profiles::median_interval_ranks(count);
  result.median_s = profiles::quantile(sorted, 0.5);
  result.low_s = sorted[std::size_t(ranks ? ranks->low : 0)];
  result.high_s = sorted[std::size_t(ranks ? ranks->high : count - 1)];
}

void add_notes(TrainingLog const& log, StepReadings& result) {
  auto const note = [&](std::int64_t count, std::string_view noun, std::string_view rest) {
    if (count > 0) result.notes.push_back(fmt::format("{} {}", profiles::format_counted(count, noun), rest));
  };
  note(result.warm_up, "reading", "of the start-up left out");
  note(result.pauses, "reading",
       fmt::format("of over {} times the median left out, {} of the time: checkpoints, evaluation, or faults",
                   pause_factor, profiles::format_ratio_as_percent(result.pauses_share_of_time)));
  note(result.other_batches, "reading", "of another global batch left out");
  note(log.restarts, "restart", "in the log");
  note(log.other_settings_steps, "step", "before a restart with other settings left out");
  note(log.other_rank_steps, "step", "printed by further ranks left out");
  note(log.unreadable_steps, "step line", "cut short or garbled, left out");
  note(result.no_times, "reading", "that is no time, zero or below, left out");
  note(result.nan_losses, "reading", "with a loss that is not a number");
  note(log.skipped_updates, "step", "without an update, so shorter: the loss scale was too high");
  if (log.smoothed) result.notes.emplace_back("the readings are running averages: their spread is no interval");
}

}  // namespace

StepReadings step_readings(TrainingLog const& log, TrainingJob const& job, ParallelPlan const& plan) {
  StepReadings result;
  for (auto const& reading : warm(of_this_batch(log, job, plan, result), result)) {
    result.times_s.push_back(reading.time_s);
    if (reading.step->loss && std::isnan(*reading.step->loss)) ++result.nan_losses;
  }
  leave_out_pauses(result.times_s, result);
  set_interval(result, log.smoothed);
  add_notes(log, result);
  return result;
}

double median_timer_s(std::vector<double> readings_s) {
  if (readings_s.size() > 1) readings_s.erase(readings_s.begin());
  return median(std::move(readings_s));
}

}  // namespace hpcadvise::advisor
