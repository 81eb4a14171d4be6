// SPDX-License-Identifier: Apache-2.0
#include "advisor/batch_notes.hpp"

#include "advisor/critical_batch.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <cmath>

namespace hpcadvise::advisor {
namespace {

char const* learning_rate_note(Optimizer optimizer) {
  if (is_adam(optimizer))
    return "learning rate, Adam: times the square root of the change in batch (Malladi et al. 2022); at large batches "
           "the best one falls again (Li et al. 2024)";
  return "learning rate, SGD: times the change in batch, well below the critical batch (Goyal et al. 2017)";
}

void add_optimizer_notes(std::vector<std::string>& notes, Optimizer optimizer) {
  notes.emplace_back(learning_rate_note(optimizer));
  // bf16 has 8 significant bits: what is below half of the last is rounded away.
  if (holds_16_bit_state(optimizer))
    notes.emplace_back(
        "weights in bf16 alone: an update below 1/512 of a weight is lost, with small learning rates most of them; "
        "compare the loss with that of fp32 master weights (adamw) before a long run");
}

void add_critical_batch_notes(std::vector<std::string>& notes, TrainingJob const& job) {
  if (!has_critical_batch(job)) {
    notes.emplace_back("critical batch: left out, for all the tokens of the run are less than one step of this batch");
    return;
  }
  notes.emplace_back(
      "critical batch: a rule of thumb (Kaplan et al. 2020, at the loss it predicts for the end of training); at that "
      "size a run takes twice the fewest steps and twice the fewest tokens (McCandlish et al. 2018). Later work sees "
      "it grow with the tokens, hardly with the model (Zhang et al. 2024), from near zero at the start (Merrill et al. "
      "2025); data and optimizer move it");
  if (job.model.experts)
    notes.emplace_back(
        "critical batch of a mixture of experts: the law was found on dense models, and all experts are counted as its "
        "parameters; none for mixtures is applied");
  if (!job.tokens)
    notes.emplace_back(
        "no number of tokens was given: the loss is that of unlimited data; --tokens adds time and cost by batch");
}

void add_pretraining_notes(std::vector<std::string>& notes, TrainingJob const& job) {
  add_critical_batch_notes(notes, job);
  add_optimizer_notes(notes, job.optimizer);
  double const step_tokens = static_cast<double>(job.global_batch) * static_cast<double>(job.sequence_length);
  notes.push_back(
      fmt::format("warm-up: no law is known; Llama 2 took 2,000 steps (Touvron et al. 2023), GPT-3 375 M tokens, {} "
                  "of this batch, and let the batch grow over 4 to 12 B tokens (Brown et al. 2020)",
                  profiles::format_counted(std::ceil(375e6 / step_tokens), "step")));
}

void add_fine_tuning_notes(std::vector<std::string>& notes, TrainingJob const& job) {
  notes.emplace_back(
      "what statistics allow is not known: laws of the critical batch are of training from scratch. Llama 2 was "
      "fine-tuned with 64 sequences (Touvron et al. 2023), GPT-3 by LoRA with 128 (Hu et al. 2021)");
  add_optimizer_notes(notes, job.optimizer);
  if (job.lora)
    notes.emplace_back(
        "LoRA bears large batches worse than full fine-tuning, and wants about ten times its learning rate (Schulman "
        "et al. 2025)");
  notes.emplace_back("warm-up: no law is known; GPT-3 by LoRA took 250,000 tokens (Hu et al. 2021)");
}

}  // namespace

std::vector<std::string> batch_notes(TrainingJob const& job) {
  std::vector<std::string> notes{
      "micro-batch and smallest global batch: by this model, within 5 % and 10 % of the best rate"};
  if (job.fine_tuning)
    add_fine_tuning_notes(notes, job);
  else
    add_pretraining_notes(notes, job);
  return notes;
}

}  // namespace hpcadvise::advisor
