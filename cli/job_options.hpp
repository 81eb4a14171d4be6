// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options that say what to train and where: shared by advise, estimate and verify.

#include "advisor/machine.hpp"
#include "advisor/model_spec.hpp"
#include "advisor/step_estimate.hpp"
#include "cli/fine_tuning_options.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace hpcadvise::cli {

struct JobOptions {
  std::string model;
  std::string machine;
  std::optional<std::filesystem::path> store;
  std::optional<std::int64_t> sequence_length;  // else the model's own, at most 4096
  std::optional<std::int64_t> global_batch;     // else the plan's, or as many as such jobs usually take
  std::string precision;                        // empty: bf16 where the machine has it, else fp32
  std::string optimizer;                        // empty: adamw
  FineTuningOptions fine_tuning;
  std::string framework;                // empty: unknown
  std::string attention;                // flash-2, ...; empty: as the kind of framework does
  std::string tensor_parallel_overlap;  // on or off; empty: as the kind of framework does
  std::string tokens;                   // "300B"; empty: not asked
  std::optional<std::filesystem::path> calibration;
};

// `usual_batch` is what a global batch that is not given is.
void add_job_options(CLI::App& command, JobOptions& options, std::string const& usual_batch);
// `--tokens`, for the commands that say what a run costs.
void add_tokens_option(CLI::App& command, JobOptions& options);

// What was asked, resolved: the values nothing deeper has to parse again.
struct ResolvedJob {
  advisor::TrainingJob job;
  advisor::Machine machine;
  advisor::EstimateOptions estimate;
  std::vector<std::string> assumed;  // "sequence length 4096": what the user did not say
  std::vector<std::string> notes;    // what is to know of what the user did say, a sentence each
  JobOptions asked;                  // what it was resolved from; a machine of a store of its own is its file
};

// Throws UsageError naming the option. `device_count` shapes the usual batch.
ResolvedJob resolve_job(JobOptions const& options, std::int64_t device_count);

}  // namespace hpcadvise::cli
