// SPDX-License-Identifier: Apache-2.0
// The Trainer of huggingface/transformers: a progress bar of optimizer steps, dictionaries of metrics, and the summary
// at the end. The dictionaries carry no time, so the bar does, or else the summary.
#include "advisor/logs/log_format.hpp"
#include "advisor/logs/log_lines.hpp"
#include "advisor/logs/progress_bar.hpp"

#include <cmath>

namespace hpcadvise::advisor::logs {
namespace {

bool holds(std::string_view line, std::string_view part) { return line.find(part) != std::string_view::npos; }

// The bar has no words in front of its percentage; those of downloads and data sets do.
bool is_bar(std::string_view line) {
  auto const percent = line.find("%|");
  if (percent == std::string_view::npos) return false;
  auto const front = line.substr(0, percent);
  auto const colon = front.rfind(':');
  auto const own = colon == std::string_view::npos || !rank_of(line).empty() ? front.substr(colon + 1) : front;
  return own.find_first_not_of(" 0123456789") == std::string_view::npos && bar_point(line).has_value();
}

bool is_metrics(std::string_view line) { return holds(line, "{'loss':") && holds(line, "'epoch':"); }
bool is_summary(std::string_view line) { return holds(line, "'train_runtime':"); }

bool is_step(std::string_view line) { return is_bar(line) || is_metrics(line) || is_summary(line); }

// What Trainer says before it begins.
void take_setting(LogSettings& settings, std::string_view line, std::optional<std::int64_t>& step_count) {
  if (auto const count = count_after(line, "Instantaneous batch size per device =")) settings.micro_batch = count;
  if (auto const count = count_after(line, "Total train batch size (w. parallel, distributed & accumulation) ="))
    settings.global_batch = count;
  if (auto const count = count_after(line, "Total optimization steps =")) step_count = count;
}

// The whole run, pauses included: all there is without a bar.
void take_summary(TrainingLog& log, std::string_view line, std::optional<std::int64_t> step_count) {
  auto const runtime_s = amount_after(line, "'train_runtime'");
  auto const steps_per_s = amount_after(line, "'train_steps_per_second'");
  LogStep step;
  if (runtime_s && step_count && *runtime_s > 0)
    step.step_time_s = *runtime_s / double(*step_count);
  else if (steps_per_s && *steps_per_s > 0)
    step.step_time_s = 1 / *steps_per_s;
  else
    return;
  step.iteration = step_count.value_or(1);
  step.loss = number_after(line, "'train_loss'");
  log.steps.push_back(step);
}

TrainingLog read(std::string_view text) {
  TrainingLog log;
  BarCollector bars;
  std::optional<std::int64_t> step_count;
  std::string summary;
  std::optional<double> loss;
  each_line(text, [&](std::string_view line) {
    if (is_bar(line)) bars.add(line, *bar_point(line));
    // The bar stands in front of what is printed over it.
    if (is_metrics(line)) loss = number_after(line, "'loss'");
    if (is_summary(line)) summary = line;
    if (holds(line, " = ")) take_setting(log.settings, line, step_count);
  });
  bars.finish(log, &LogStep::step_time_s);
  if (log.steps.empty()) take_summary(log, summary, step_count);
  if (!log.steps.empty() && loss) log.steps.back().loss = loss;
  return log;
}

}  // namespace

LogFormat const hugging_face_log{
    .name = "hugging-face",
    .framework = "huggingface",
    .looked_for = "N%|###  | 12/100 [00:12<01:30,  1.02s/it], or {'train_runtime': ..., 'train_steps_per_second': ...}",
    .is_step = is_step,
    .read = read,
};

}  // namespace hpcadvise::advisor::logs
