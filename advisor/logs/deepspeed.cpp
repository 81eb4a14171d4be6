// SPDX-License-Identifier: Apache-2.0
// deepspeedai/DeepSpeed: ThroughputTimer of deepspeed/utils/timer.py, _report_progress of runtime/engine.py,
// train_batch of runtime/pipe/engine.py, and the timers of wall_clock_breakdown.
#include "advisor/logs/log_format.hpp"
#include "advisor/logs/log_lines.hpp"

#include <array>
#include <chrono>

namespace hpcadvise::advisor::logs {
namespace {

constexpr double bytes_per_gib = 1024.0 * 1024.0 * 1024.0;  // what DeepSpeed calls GB

bool holds(std::string_view line, std::string_view part) { return line.find(part) != std::string_view::npos; }

bool is_pipeline_step(std::string_view line) { return holds(line, "iter time (s):") && holds(line, "steps:"); }
bool is_throughput(std::string_view line) { return holds(line, "CurrSamplesPerSec="); }
bool is_progress(std::string_view line) { return holds(line, "step=") && holds(line, "skipped="); }
bool is_timers(std::string_view line) { return holds(line, "time (ms) | fwd:"); }

bool is_step(std::string_view line) {
  return is_pipeline_step(line) || is_throughput(line) || is_progress(line) || is_timers(line);
}

// "[2023-08-02 00:41:17,935]" in seconds; the zone does not matter for differences.
std::optional<double> clock_s(std::string_view line) {
  auto const at = line.find("[20");
  if (at == std::string_view::npos || line.size() < at + 24) return std::nullopt;
  std::array<int, 6> fields{};
  constexpr std::array<std::array<std::size_t, 2>, 6> places{{{1, 4}, {6, 2}, {9, 2}, {12, 2}, {15, 2}, {18, 2}}};
  for (std::size_t i = 0; i < fields.size(); ++i)
    for (char const c : line.substr(at + places[i][0], places[i][1])) {
      if (c < '0' || c > '9') return std::nullopt;
      fields[i] = 10 * fields[i] + (c - '0');
    }
  auto const day = std::chrono::year(fields[0]) / fields[1] / fields[2];
  auto const milliseconds = positive_count(line.substr(at + 21, 3)).value_or(0);
  if (!day.ok()) return std::nullopt;
  auto const days = std::chrono::sys_days(day).time_since_epoch().count();
  return 86400.0 * double(days) + 3600.0 * fields[3] + 60.0 * fields[4] + fields[5] + double(milliseconds) / 1000;
}

// "[config.py:1003:print]   train_batch_size ............. 256"; the config's world size is that of data parallelism.
void take_config(LogSettings& settings, DottedRow const& row) {
  if (row.name == "train_batch_size") settings.global_batch = positive_count(row.value);
  if (row.name == "world_size") settings.data_parallel = positive_count(row.value);
  if (row.name == "zero_optimization_stage") settings.sharding = zero_stage(row.value);
  bool const on = row.value == "True";
  if (on && (row.name == "bfloat16_enabled" || row.name == "bf16_enabled"))
    settings.precision = profiles::Precision::bf16;
  if (on && (row.name == "fp16_enabled" || row.name == "float16_enabled"))
    settings.precision = profiles::Precision::fp16;
}

class DeepSpeedReader {
 public:
  void take(std::string_view line) {
    if (is_pipeline_step(line)) {
      take_pipeline_step(line);
    } else if (is_throughput(line)) {
      take_throughput(line);
    } else if (is_progress(line)) {
      take_progress(line);
    } else if (is_timers(line)) {
      take_timers(line);
    } else if (holds(line, "cache flushes")) {
      ++log_.allocator_retries;
    } else if (auto const row = dotted_row(line)) {
      take_config(log_.settings, *row);
    } else if (auto const count = count_after(line, "train_micro_batch_size_per_gpu")) {
      log_.settings.micro_batch = count;  // a name too long for dots
    }
  }

  // From the most direct source there is.
  TrainingLog finish() {
    for (auto* const steps : {&pipeline_, &throughput_, &timed_, &progress_}) {
      if (steps->empty()) continue;
      steps->finish(log_);
      break;
    }
    return std::move(log_);
  }

 private:
  void take_pipeline_step(std::string_view line) {
    LogStep step;
    auto const iteration = count_after(line, "steps:");
    step.step_time_s = amount_after(line, "iter time (s):");
    bool const whole = holds(line, "samples/sec");
    if (!iteration || !step.step_time_s || !whole) {
      ++log_.unreadable_steps;
      return;
    }
    step.iteration = *iteration;
    step.loss = number_after(line, "loss:");
    pipeline_.add(line, std::move(step));
  }

  void take_throughput(std::string_view line) {
    LogStep step;
    auto iteration = count_after(line, "global_step=");
    // Before 2022: "0/20, RunningAvgSamplesPerSec=".
    if (!iteration) iteration = count_after(line, "/");
    step.samples_per_s = amount_after(line, "CurrSamplesPerSec=");
    bool const whole = line.find(',', line.find("CurrSamplesPerSec=")) != std::string_view::npos;
    if (!iteration || step.samples_per_s.value_or(0) <= 0 || !whole) {
      ++log_.unreadable_steps;
      return;
    }
    step.iteration = *iteration;
    throughput_.add(line, std::move(step));
    if (auto const gib = amount_after(line, "MaxMemAllocated="))
      raise(log_.memory_allocated_bytes, *gib * bytes_per_gib);
  }

  void take_progress(std::string_view line) {
    auto const iteration = count_after(line, "step=");
    auto const now_s = clock_s(line);
    log_.skipped_updates = count_after(line, "skipped=").value_or(log_.skipped_updates);
    if (iteration && now_s && last_ && *iteration > last_->first) {
      LogStep step;
      step.iteration = *iteration;
      step.step_time_s = (*now_s - last_->second) / double(*iteration - last_->first);
      progress_.add(line, std::move(step));
    }
    if (iteration && last_ && *iteration < last_->first) progress_.restart();
    if (iteration && now_s) last_ = {*iteration, *now_s};
  }

  // Of a whole step: forward and backward passes of all its micro-batches.
  void take_timers(std::string_view line) {
    add_timer_line(log_.timers, line);
    auto const forward = amount_after(line, "fwd:");
    auto const backward = amount_after(line, "bwd:");
    auto const update = amount_after(line, "step:");
    if (!forward || !backward || !update || *backward <= 0) return;
    LogStep step;
    step.iteration = ++timed_steps_;
    step.step_time_s = (*forward + *backward + *update) / 1000;
    timed_.add(line, std::move(step));
  }

  TrainingLog log_;
  StepCollector pipeline_;
  StepCollector throughput_;
  StepCollector timed_;
  StepCollector progress_;
  std::int64_t timed_steps_ = 0;
  std::optional<std::pair<std::int64_t, double>> last_;  // iteration and clock of the last progress line
};

TrainingLog read(std::string_view text) {
  DeepSpeedReader reader;
  each_line(text, [&](std::string_view line) { reader.take(line); });
  return reader.finish();
}

}  // namespace

LogFormat const deepspeed_log{
    .name = "deepspeed",
    .framework = "deepspeed",
    .looked_for = "epoch=E/micro_step=M/global_step=N, RunningAvgSamplesPerSec=..., CurrSamplesPerSec=...",
    .is_step = is_step,
    .read = read,
};

}  // namespace hpcadvise::advisor::logs
