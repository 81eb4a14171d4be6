// SPDX-License-Identifier: Apache-2.0
// Lightning-AI/pytorch-lightning: TQDMProgressBar, which counts micro-batches, and the step time that NVIDIA NeMo
// prints in it or on a line of its own.
#include "advisor/logs/log_format.hpp"
#include "advisor/logs/log_lines.hpp"
#include "advisor/logs/progress_bar.hpp"

namespace hpcadvise::advisor::logs {
namespace {

constexpr std::string_view nemo_timing = "train_step_timing in s";

bool holds(std::string_view line, std::string_view part) { return line.find(part) != std::string_view::npos; }

bool is_nemo_step(std::string_view line) {
  return amount_after(line, nemo_timing).has_value() && count_after(line, "global_step").has_value();
}

// "Epoch 3:  33%|", not "Epoch 3/20:", which counts epochs.
bool is_bar(std::string_view line) {
  auto const epoch = line.find("Epoch ");
  auto const percent = line.find("%|");
  if (epoch == std::string_view::npos || percent == std::string_view::npos || epoch > percent) return false;
  return !holds(line.substr(epoch, percent - epoch), "/") && bar_point(line).has_value();
}

bool is_step(std::string_view line) { return is_nemo_step(line) || is_bar(line); }

LogStep nemo_step(std::string_view line) {
  LogStep step;
  step.iteration = count_after(line, "global_step").value_or(0);
  step.step_time_s = amount_after(line, nemo_timing);
  step.global_batch = count_after(line, "global_batch_size");
  step.loss = number_after(line, "reduced_train_loss");
  return step;
}

TrainingLog read(std::string_view text) {
  TrainingLog log;
  StepCollector steps;
  BarCollector bars;
  std::int64_t last_iteration = -1;
  each_line(text, [&](std::string_view line) {
    if (is_nemo_step(line)) {
      // A bar redrawn within one step repeats its figures.
      auto step = nemo_step(line);
      if (step.iteration != last_iteration) {
        last_iteration = step.iteration;
        steps.add(line, std::move(step));
      }
    } else if (is_bar(line)) {
      bars.add(line, *bar_point(line), count_after(line, "Epoch").value_or(0));
    } else if (holds(line, "MEMBER: ")) {
      auto const member = line.substr(line.find("MEMBER: "));
      if (auto const count = count_after(member, "/")) log.settings.device_count = count;
    }
  });
  if (steps.empty())
    bars.finish(log, &LogStep::micro_step_time_s);
  else
    steps.finish(log);
  return log;
}

}  // namespace

LogFormat const lightning_log{
    .name = "lightning",
    .framework = "",
    .looked_for = "Epoch 0:  12%|#2  | 12/100 [00:12<01:30,  0.98it/s, v_num=0]",
    .is_step = is_step,
    .read = read,
};

}  // namespace hpcadvise::advisor::logs
