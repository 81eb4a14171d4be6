// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options that make the job a fine-tuning: of all parameters, or of adapters.

#include "advisor/model_spec.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace hpcadvise::cli {

struct FineTuningOptions {
  std::string kind;  // "full", "lora"; empty: pre-training
  std::optional<std::int64_t> lora_rank;
  std::string lora_targets;
};

void add_fine_tuning_options(CLI::App& command, FineTuningOptions& options);

// Sets what is trained of job.model and notes in `assumed` what was not said. Throws UsageError naming the option.
void resolve_fine_tuning(FineTuningOptions const& options, advisor::TrainingJob& job,
                         std::vector<std::string>& assumed);

// "LoRA of rank 8 on attention: 8.39 M parameters trained"; empty for pre-training.
std::string fine_tuning_text(advisor::TrainingJob const& job);

}  // namespace hpcadvise::cli
