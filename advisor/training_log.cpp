// SPDX-License-Identifier: Apache-2.0
#include "advisor/training_log.hpp"

#include "advisor/logs/log_format.hpp"
#include "advisor/logs/log_lines.hpp"
#include "profiles/error.hpp"
#include "profiles/nearest_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace hpcadvise::advisor {
namespace {

// Where a log looks like more than one, the first decides: Megatron-DeepSpeed prints DeepSpeed's lines too, and
// DeepSpeed and Lightning run inside of Trainer or draw bars like its own.
constexpr logs::LogFormat const* formats[] = {
    &logs::megatron_deepspeed_log, &logs::megatron_lm_log,   &logs::torchtitan_log,   &logs::deepspeed_log,
    &logs::lightning_log,          &logs::lightning_csv_log, &logs::hugging_face_log,
};

constexpr double longest_step_s = 1e6;

logs::LogFormat const& format_named(std::string_view name) {
  for (auto const* const format : formats)
    if (format->name == name) return *format;
  throw profiles::UsageError(fmt::format("log format '{}': unknown", name),
                             profiles::known_names(name, log_format_names()));
}

// PyTorch's allocator: "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate ..." (before 2.5
// torch.cuda.OutOfMemoryError; HIP in place of CUDA); a device's runtime: "CUDA error: out of memory",
// "hipErrorOutOfMemory".
bool ran_out_of_memory(std::string_view text) {
  constexpr std::string_view signs[] = {"OutOfMemoryError",          "CUDA out of memory",       "HIP out of memory",
                                        "CUDA error: out of memory", "HIP error: out of memory", "hipErrorOutOfMemory"};
  return std::ranges::any_of(signs, [&](std::string_view sign) { return text.find(sign) != std::string_view::npos; });
}

[[noreturn]] void refuse_without_steps(std::string_view text, std::filesystem::path const& file,
                                       std::string const& problem, std::string const& next_step) {
  if (ran_out_of_memory(text))
    throw profiles::FileError(file, "", "the run ran out of memory, and no step that is known here is in the log",
                              "hpcadvise estimate of its plan shows which part fills the memory, and what would make "
                              "room");
  throw profiles::FileError(file, "", problem, next_step);
}

logs::LogFormat const& format_of(std::string_view text, std::filesystem::path const& file) {
  auto first = std::size(formats);
  logs::each_line(text, [&](std::string_view line) {
    for (std::size_t i = 0; i < first; ++i)
      if (formats[i]->is_step(line)) first = i;
  });
  if (first < std::size(formats)) return *formats[first];
  refuse_without_steps(
      text, file, text.empty() ? "is empty" : "no line of a training step that is known here",
      fmt::format("known are logs of {}; docs/verify.md shows their lines", fmt::join(log_format_names(), ", ")));
}

// A reading that no training step can have is not one.
bool is_possible(LogStep const& step) {
  for (auto const& value : {step.step_time_s, step.samples_per_s, step.tokens_per_s_per_device, step.micro_step_time_s})
    if (value && !(std::isfinite(*value) && *value > 0)) return false;
  return !step.step_time_s || *step.step_time_s < longest_step_s;
}

}  // namespace

TrainingLog read_training_log(std::string_view text, std::filesystem::path const& file, std::string_view format) {
  auto const& chosen = format.empty() ? format_of(text, file) : format_named(format);
  auto log = chosen.read(text);
  auto const before = log.steps.size();
  std::erase_if(log.steps, [](LogStep const& step) { return !is_possible(step); });
  log.unreadable_steps += std::int64_t(before - log.steps.size());
  if (log.steps.empty())
    refuse_without_steps(text, file, fmt::format("holds no step time that can be read as {}", chosen.name),
                         fmt::format("looked for: {}", chosen.looked_for));
  log.format = chosen.name;
  if (log.framework.empty()) log.framework = chosen.framework;
  return log;
}

std::vector<std::string> log_format_names() {
  std::vector<std::string> names;
  for (auto const* const format : formats) names.emplace_back(format->name);
  return names;
}

}  // namespace hpcadvise::advisor
