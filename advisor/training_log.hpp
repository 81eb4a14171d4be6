// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a training run's log says: step times, memory, timers, and the settings it ran with. docs/verify.md shows the
// lines that are understood.

#include "advisor/attention_kernel.hpp"
#include "advisor/parallel_plan.hpp"
#include "profiles/precision.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

// What the program printed about how it was started; nothing where it did not.
struct LogSettings {
  std::optional<std::int64_t> device_count;
  std::optional<std::int64_t> tensor_parallel;
  std::optional<std::int64_t> pipeline_parallel;
  std::optional<std::int64_t> virtual_stages;
  std::optional<std::int64_t> round;  // micro-batches that a virtual stage takes in turn
  std::optional<std::int64_t> context_parallel;
  std::optional<std::int64_t> expert_parallel;
  std::optional<std::int64_t> expert_tensor_parallel;
  std::optional<std::int64_t> data_parallel;
  std::optional<std::int64_t> micro_batch;   // sequences
  std::optional<std::int64_t> global_batch;  // sequences
  std::optional<std::int64_t> sequence_length;
  std::optional<std::int64_t> layer_count;
  std::optional<std::int64_t> hidden_size;
  std::optional<std::int64_t> head_count;
  std::optional<Sharding> sharding;
  std::optional<Recompute> recompute;
  std::optional<AttentionKernel> attention;
  std::optional<bool> sequence_parallel;
  std::optional<bool> tensor_parallel_overlap;  // of its collectives with the matrix work
  std::optional<profiles::Precision> precision;

  friend bool operator==(LogSettings const&, LogSettings const&) = default;
};

// One reading: a printed line, the mean over the iterations since the one before it.
struct LogStep {
  std::int64_t iteration = 0;
  int segment = 0;                      // counts restarts
  std::optional<double> step_time_s;    // else from a throughput below
  std::optional<double> samples_per_s;  // of the whole job
  std::optional<double> tokens_per_s_per_device;
  std::optional<double> micro_step_time_s;       // of one micro-batch, where a bar counts these
  std::optional<double> flops_per_s_per_device;  // by the program's own count, whatever that leaves out
  std::optional<std::int64_t> global_batch;      // of this step: it may ramp up
  std::optional<double> loss;                    // may be NaN
};

// A timer the program keeps, by its own name: seconds a step, in the order printed.
struct LogTimer {
  std::vector<double> slowest_s;  // of the ranks, or of the one that prints
  std::vector<double> fastest_s;  // empty where only one is printed
};

struct TrainingLog {
  std::string format;     // the row of log_formats() that read it
  std::string framework;  // as --framework takes it; empty where the log does not tell
  LogSettings settings;   // as last printed
  std::vector<LogStep> steps;
  std::map<std::string, LogTimer> timers;
  std::optional<double> memory_allocated_bytes;  // peak over steps and the ranks that print it
  std::optional<double> memory_reserved_bytes;   // of the caching allocator
  std::int64_t restarts = 0;
  std::int64_t skipped_updates = 0;       // steps without an optimizer step: the loss scale was too high
  std::int64_t allocator_retries = 0;     // the caching allocator had to free and try again
  std::int64_t unreadable_steps = 0;      // step lines cut short or garbled
  std::int64_t other_rank_steps = 0;      // read by other ranks than the one that counts
  std::int64_t other_settings_steps = 0;  // before a restart with other settings
  bool smoothed = false;                  // readings are running averages: not independent of each other
};

// Reads the text of a log as `format`, or as the format it looks like when that is empty. Throws UsageError for an
// unknown format, FileError when no step is found: what was looked for, and what to do.
TrainingLog read_training_log(std::string_view text, std::filesystem::path const& file, std::string_view format = "");

std::vector<std::string> log_format_names();

}  // namespace hpcadvise::advisor
