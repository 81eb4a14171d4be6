// SPDX-License-Identifier: Apache-2.0
#include "advisor/logs/megatron_lines.hpp"

#include "advisor/logs/log_lines.hpp"

#include <algorithm>
#include <cmath>

namespace hpcadvise::advisor::logs {
namespace {

constexpr double bytes_per_megabyte = 1024.0 * 1024.0;  // what report_memory calls MB

struct CountRow {
  std::string_view name;  // in the dump of arguments
  std::optional<std::int64_t> LogSettings::*value;
};
constexpr CountRow count_rows[] = {
    {"world_size", &LogSettings::device_count},
    {"tensor_model_parallel_size", &LogSettings::tensor_parallel},
    {"pipeline_model_parallel_size", &LogSettings::pipeline_parallel},
    {"virtual_pipeline_model_parallel_size", &LogSettings::virtual_stages},
    {"microbatch_group_size_per_vp_stage", &LogSettings::round},
    {"context_parallel_size", &LogSettings::context_parallel},
    {"expert_model_parallel_size", &LogSettings::expert_parallel},
    {"expert_tensor_parallel_size", &LogSettings::expert_tensor_parallel},
    {"data_parallel_size", &LogSettings::data_parallel},
    {"micro_batch_size", &LogSettings::micro_batch},
    {"global_batch_size", &LogSettings::global_batch},
    {"seq_length", &LogSettings::sequence_length},
    {"num_layers", &LogSettings::layer_count},
    {"hidden_size", &LogSettings::hidden_size},
    {"num_attention_heads", &LogSettings::head_count},
};

// --attention-backend of Megatron-Core (megatron/core/transformer/enums.py, AttnBackend), where it says which.
// Megatron-DeepSpeed's attention is unfused but for its switches (megatron/arguments.py, use_flash_attn), of 2023.
class AttentionRows {
 public:
  void take(DottedRow const& row) {
    using enum AttentionKernel;
    bool const on = row.value == "True";
    if (row.name == "zero_stage") deepspeed_ = true;
    if (row.name == "use_flash_attn" && on) fused_ = true;
    if (row.name == "use_flash_attn_v2" && on) kernel_ = flash_2;
    if ((row.name == "use_flash_attn_v1" || row.name == "use_flash_attn_triton") && on) kernel_ = flash_1;
    if (row.name != "attention_backend") return;
    if (row.value == "AttnBackend.fused") kernel_ = flash_3;
    if (row.value == "AttnBackend.unfused" || row.value == "AttnBackend.local") kernel_ = unfused;
  }
  std::optional<AttentionKernel> kernel() const {
    return !kernel_ && deepspeed_ && !fused_ ? AttentionKernel::unfused : kernel_;
  }

 private:
  std::optional<AttentionKernel> kernel_;
  bool deepspeed_ = false;
  bool fused_ = false;
};

void take_argument(LogSettings& settings, DottedRow const& row) {
  for (auto const& each : count_rows)
    if (row.name == each.name) settings.*each.value = positive_count(row.value);
  bool const on = row.value == "True";
  if (row.name == "recompute_granularity") {
    if (row.value == "None") settings.recompute = Recompute::none;
    if (row.value == "full") settings.recompute = Recompute::full;
    if (row.value == "selective")
      settings.recompute = Recompute::attention;  // what it repeats, unless modules are named
  }
  if (row.name == "recompute_modules" && row.value != "None" && row.value != "['core_attn']" &&
      settings.recompute == Recompute::attention)
    settings.recompute = Recompute::selective;
  if (row.name == "checkpoint_activations" && on) settings.recompute = Recompute::full;
  if (row.name == "use_distributed_optimizer" && on) settings.sharding = Sharding::zero1;
  if (row.name == "zero_stage") settings.sharding = zero_stage(row.value);
  if (row.name == "sequence_parallel") settings.sequence_parallel = on;
  if (row.name == "tp_comm_overlap") settings.tensor_parallel_overlap = on;
  if (row.name == "bf16" && on) settings.precision = profiles::Precision::bf16;
  if (row.name == "fp16" && on) settings.precision = profiles::Precision::fp16;
  if (row.name == "fp8" && row.value != "None" && row.value != "False") settings.precision = profiles::Precision::fp8;
}

// "    forward-backward ...........: (106622.81, 106624.28)": fastest and slowest rank, or the slowest alone.
void take_timer_row(std::map<std::string, LogTimer>& timers, std::string_view line) {
  auto const dots = line.find(" ..");
  auto const colon = dots == std::string_view::npos ? dots : line.find("..: ", dots);
  if (colon == std::string_view::npos) return;
  auto const name = line.substr(0, dots).substr(line.substr(0, dots).find_last_of(" \t") + 1);
  auto const values = line.substr(colon + 2);
  auto const comma = values.find(", ");
  auto const slowest_ms = comma == std::string_view::npos ? amount_after(values, ":") : amount_after(values, ", ");
  if (name.empty() || !slowest_ms) return;
  auto& timer = timers[std::string(name)];
  timer.slowest_s.push_back(*slowest_ms / 1000);
  if (auto const fastest_ms = amount_after(values, "("); comma != std::string_view::npos && fastest_ms)
    timer.fastest_s.push_back(*fastest_ms / 1000);
}

std::optional<double> step_time_s(std::string_view line) {
  if (auto const time_s = amount_after(line, "elapsed time per iteration (s)")) return time_s;
  auto const time_ms = amount_after(line, "elapsed time per iteration (ms)");
  if (!time_ms) return std::nullopt;
  return *time_ms / 1000;
}

std::optional<LogStep> step_of(std::string_view line) {
  LogStep step;
  auto const iteration = count_after(line, "iteration");
  step.step_time_s = step_time_s(line);
  // Cut in the middle of the time, the number would be read short.
  bool const whole = line.find('|', line.find("elapsed time per iteration")) != std::string_view::npos;
  if (!iteration || !step.step_time_s || !whole) return std::nullopt;
  step.iteration = *iteration;
  step.global_batch = count_after(line, "global batch size");
  step.loss = number_after(line, "lm loss");
  auto const tflops = amount_after(line, "throughput per GPU (TFLOP/s/GPU)");
  if (auto const rate = tflops ? tflops : amount_after(line, "TFLOPs")) step.flops_per_s_per_device = *rate * 1e12;
  return step;
}

class MegatronReader {
 public:
  void take(std::string_view line) {
    if (line.find("-- arguments --") != std::string_view::npos) {
      in_arguments_ = true;
      settings_ = {};
      attention_ = {};
    } else if (line.find("-- end of arguments --") != std::string_view::npos) {
      end_arguments();
    } else if (in_arguments_) {
      if (auto const row = dotted_row(line)) {
        take_argument(settings_, *row);
        attention_.take(*row);
      }
    } else if (is_megatron_step(line)) {
      take_step(line);
    } else if (line.find("time (ms) |") != std::string_view::npos) {
      add_timer_line(log_.timers, line);
    } else if (line.find("time across ranks (ms)") == std::string_view::npos) {
      take_timer_row(log_.timers, line);
      take_memory(line);
    }
  }

  TrainingLog finish() {
    if (in_arguments_) end_arguments();
    steps_.finish(log_);
    return std::move(log_);
  }

 private:
  void end_arguments() {
    in_arguments_ = false;
    settings_.attention = attention_.kernel();
    bool const others = !steps_.empty() && log_.settings != settings_;
    if (others)
      steps_.restart_with_other_settings();
    else
      steps_.restart();
    log_.settings = settings_;
  }

  void take_step(std::string_view line) {
    auto const step = step_of(line);
    if (!step) {
      ++log_.unreadable_steps;
      return;
    }
    log_.skipped_updates += count_after(line, "number of skipped iterations").value_or(0);
    steps_.add(line, *step);
  }

  void take_memory(std::string_view line) {
    if (line.find("memory (MB)") == std::string_view::npos) return;
    auto const bytes = [&](std::string_view key) -> std::optional<double> {
      auto const megabytes = amount_after(line, key);
      return megabytes ? std::optional(*megabytes * bytes_per_megabyte) : std::nullopt;
    };
    raise(log_.memory_allocated_bytes, bytes("max allocated"));
    raise(log_.memory_reserved_bytes, bytes("max reserved"));
  }

  TrainingLog log_;
  LogSettings settings_;
  AttentionRows attention_;
  StepCollector steps_;
  bool in_arguments_ = false;
};

}  // namespace

bool is_megatron_step(std::string_view line) {
  return line.find("elapsed time per iteration") != std::string_view::npos &&
         count_after(line, "iteration").has_value();
}

TrainingLog read_megatron_log(std::string_view text) {
  MegatronReader reader;
  each_line(text, [&](std::string_view line) { reader.take(line); });
  return reader.finish();
}

}  // namespace hpcadvise::advisor::logs
