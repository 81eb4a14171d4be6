// SPDX-License-Identifier: Apache-2.0
#include "cli/fine_tuning_options.hpp"

#include "profiles/error.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace hpcadvise::cli {
namespace {

advisor::LoraAdapters adapters_of(FineTuningOptions const& options, advisor::ModelSpec const& model,
                                  std::vector<std::string>& assumed) {
  advisor::LoraAdapters lora;
  if (options.lora_rank) {
    if (*options.lora_rank < 1 || *options.lora_rank > model.hidden_size)
      throw profiles::UsageError(fmt::format("--lora-rank {}: must lie between 1 and {}, the hidden size of {}",
                                             *options.lora_rank, model.hidden_size, model.name),
                                 "8 to 64 are usual.");
    lora.rank = *options.lora_rank;
  } else {
    assumed.push_back(fmt::format("LoRA rank {}", lora.rank));
  }
  if (options.lora_targets.empty())
    assumed.push_back(fmt::format("LoRA on {}", to_string(lora.targets)));
  else
    lora.targets = *advisor::lora_targets_from_string(options.lora_targets);
  return lora;
}

}  // namespace

void add_fine_tuning_options(CLI::App& command, FineTuningOptions& options) {
  command
      .add_option("--fine-tune", options.kind,
                  "Fine-tune a trained model: full, or lora for low-rank adapters (default: pre-training)")
      ->check(CLI::IsMember({"full", "lora"}).description(""))
      ->type_name("KIND");
  command.add_option("--lora-rank", options.lora_rank, "Rank of the adapters (default: 8)")->type_name("RANK");
  command
      .add_option("--lora-targets", options.lora_targets,
                  "What has adapters: attention, or all-linear, which adds the FFN (default: attention)")
      ->check(CLI::IsMember({"attention", "all-linear"}).description(""))
      ->type_name("TARGETS");
}

void resolve_fine_tuning(FineTuningOptions const& options, advisor::TrainingJob& job,
                         std::vector<std::string>& assumed) {
  bool const has_adapters = options.kind == "lora";
  if (!has_adapters && (options.lora_rank || !options.lora_targets.empty()))
    throw profiles::UsageError(
        fmt::format("--lora-{} without --fine-tune lora", options.lora_rank ? "rank" : "targets"),
        "Add --fine-tune lora.");
  if (options.kind.empty()) return;
  job.fine_tuning = true;
  // Checkpoints are loaded without them (Hugging Face transformers, deepseek_v3).
  if (job.model.multi_token_modules > 0) {
    job.model.multi_token_modules = 0;
    assumed.emplace_back("no multi-token module");
  }
  if (!has_adapters) return;
  job.lora = adapters_of(options, job.model, assumed);
  if (advisor::trainable_parameters(job) == 0)
    throw profiles::UsageError(
        fmt::format("--lora-targets {}: {} has no such matrix", to_string(job.lora->targets), job.model.name),
        "Try --lora-targets all-linear.");
}

std::string fine_tuning_text(advisor::TrainingJob const& job) {
  if (!job.fine_tuning) return "";
  std::string const trained =
      fmt::format("{} parameters trained", profiles::format_count(advisor::trainable_parameters(job)));
  if (!job.lora) return "full fine-tuning: " + trained;
  return fmt::format("LoRA of rank {} on {}: {}", job.lora->rank,
                     job.lora->targets == advisor::LoraTargets::attention ? "attention" : "all linear layers", trained);
}

}  // namespace hpcadvise::cli
