// SPDX-License-Identifier: Apache-2.0
// MetricsProcessor.log() of pytorch/torchtitan, torchtitan/components/metrics.py, and what its trainer says at the
// start.
#include "advisor/logs/log_format.hpp"
#include "advisor/logs/log_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace hpcadvise::advisor::logs {
namespace {

constexpr double bytes_per_gib = 1024.0 * 1024.0 * 1024.0;

bool holds(std::string_view line, std::string_view part) { return line.find(part) != std::string_view::npos; }

bool is_step(std::string_view line) {
  return holds(line, "step:") && !holds(line, "validate step:") && holds(line, "tps:");
}

using Size = std::optional<std::int64_t>;

// What follows shows that the line was not cut within the number.
Size count_before(std::string_view text, std::string_view ends) {
  std::int64_t count = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  bool const whole = end != text.data() + text.size() && ends.find(*end) != std::string_view::npos;
  if (error != std::errc{} || !whole || count < 1 || count > largest_plan_number) return std::nullopt;
  return count;
}

Size product(Size left, Size right) {
  if (!left || !right || *left > largest_plan_number / *right) return std::nullopt;
  return *left * *right;
}

// "pp=1, dp_replicate=1, dp_shard=8, cp=1, tp=2, ep=1, etp=1".
Size size_in_pairs(std::string_view line, std::string_view name) {
  auto const key = fmt::format(" {}=", name);
  auto const at = line.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  return count_before(line.substr(at + key.size()), ",");
}

// "['dp_shard', 'tp'], [8, 2]" in older ones: what is not in a whole list of names is 1.
Size size_in_lists(std::string_view line, std::string_view name) {
  auto const end = line.find("], [");
  if (end == std::string_view::npos) return std::nullopt;
  auto const first = line.find('[');
  if (first >= end) return std::nullopt;
  auto const names = line.substr(first, end - first);
  auto const at = names.find(fmt::format("'{}'", name));
  if (at == std::string_view::npos) return 1;
  auto const before = names.substr(0, at);
  auto sizes = line.substr(end + std::string_view("], [").size());
  for (auto commas = std::count(before.begin(), before.end(), ','); commas > 0; --commas) {
    if (!holds(sizes, ", ")) return std::nullopt;
    sizes = sizes.substr(sizes.find(", ") + 2);
  }
  return count_before(sizes, ",]");
}

// Unknown where the line was cut.
Size mesh_size(std::string_view line, std::string_view name) {
  auto const mesh = line.substr(line.find("device mesh with"));
  return holds(mesh, "with parallelism:") ? size_in_pairs(mesh, name) : size_in_lists(mesh, name);
}

void take_mesh(LogSettings& settings, std::string_view line) {
  auto const replicas = mesh_size(line, "dp_replicate");
  auto const shards = mesh_size(line, "dp_shard");
  settings.pipeline_parallel = mesh_size(line, "pp");
  settings.tensor_parallel = mesh_size(line, "tp");
  settings.context_parallel = mesh_size(line, "cp");
  settings.expert_parallel = mesh_size(line, "ep");
  settings.expert_tensor_parallel = mesh_size(line, "etp");
  settings.data_parallel = product(replicas, shards);
  settings.device_count = product(product(settings.pipeline_parallel, settings.tensor_parallel),
                                  product(settings.context_parallel, settings.data_parallel));
  if (replicas == 1 && shards.value_or(1) > 1) settings.sharding = Sharding::zero3;
}

void take_batch(LogSettings& settings, std::string_view line) {
  auto const local = count_after(line, "local batch size");
  // A pipeline cuts the local batch further.
  if (local && settings.pipeline_parallel == 1) settings.micro_batch = local;
  if (auto const batch = count_after(line, "global batch size")) settings.global_batch = batch;
  for (char const* const key : {"sequence length", "maximum context length"})
    if (auto const length = count_after(line, key)) settings.sequence_length = length;
}

std::optional<LogStep> step_of(std::string_view line) {
  LogStep step;
  auto const iteration = count_after(line, "step:");
  step.tokens_per_s_per_device = amount_after(line, "tps:");
  // A line cut within the rate would be read short: something must stand behind it.
  auto const rate = line.find("tps:");
  bool const whole =
      line.find("mfu", rate) != std::string_view::npos || line.find("tflops", rate) != std::string_view::npos;
  if (!iteration || step.tokens_per_s_per_device.value_or(0) <= 0 || !whole) return std::nullopt;
  step.iteration = *iteration;
  step.loss = number_after(line, "loss:");
  if (auto const tflops = amount_after(line, "tflops:")) step.flops_per_s_per_device = *tflops * 1e12;
  return step;
}

TrainingLog read(std::string_view text) {
  TrainingLog log;
  StepCollector steps;
  LogSettings settings;
  log.framework = "torchtitan-eager";
  each_line(text, [&](std::string_view line) {
    if (is_step(line)) {
      if (auto step = step_of(line))
        steps.add(line, *step);
      else
        ++log.unreadable_steps;
      if (auto const gib = amount_after(line, "memory:")) raise(log.memory_reserved_bytes, *gib * bytes_per_gib);
    } else if (holds(line, "device mesh with")) {
      take_mesh(settings, line);
    } else if (holds(line, "activation checkpointing to the model")) {
      settings.recompute = holds(line, "elective") ? Recompute::selective : Recompute::full;
    } else if (holds(line, "memory allocation retries")) {
      log.allocator_retries =
          std::max(log.allocator_retries, count_after(line, "WARNING -").value_or(log.allocator_retries));
    } else if (holds(line, "Compiling each TransformerBlock")) {
      log.framework = "torchtitan";
    } else {
      if (holds(line, "batch size") || holds(line, "per train step")) take_batch(settings, line);
      if (!holds(line, "Training starts at step")) return;
      if (!steps.empty() && settings != log.settings)
        steps.restart_with_other_settings();
      else
        steps.restart();
      log.settings = settings;
    }
  });
  if (log.settings == LogSettings{}) log.settings = settings;
  steps.finish(log);
  return log;
}

}  // namespace

LogFormat const torchtitan_log{
    .name = "torchtitan",
    .framework = "torchtitan-eager",
    .looked_for = "step: N  loss: ...  memory: ...GiB(...%)  tps: R  ...  mfu: ...%",
    .is_step = is_step,
    .read = read,
};

}  // namespace hpcadvise::advisor::logs
