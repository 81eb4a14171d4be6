// SPDX-License-Identifier: Apache-2.0
#include "advisor/saved_activations.hpp"

#include "advisor/operators.hpp"

namespace hpcadvise::advisor {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

// Bytes a token of one layer, the scores of unfused attention apart.
double linear_bytes(ModelSpec const& model, ParallelPlan const& plan, FrameworkTraits const& framework,
                    double element) {
  double const t = real(plan.tensor_parallel);
  double const norm_share = plan.sequence_parallel ? t : 1.0;
  double const hidden = real(model.hidden_size);
  double const queries = real(model.head_count * model.head_size);
  double const keys_and_values = 2 * real(model.kv_head_count * model.head_size);

  double const norm_inputs = 2 * hidden;
  double const linear_inputs = 2 * hidden;                         // of QKV and of the FFN
  double const dropout_masks = model.layer_norm ? 2 * hidden : 0;  // one byte each; GPT-like models only
  double const attention = (2 * queries + keys_and_values) / t;    // Q, K, V and the output projection's input
  // Input and output of the activation; gated: gate, up, product, and unfused the activated gate.
  double const ffn = (model.gated_ffn ? framework.gated_ffn_copies : 2) * real(model.ffn_size) / t;
  return element * ((norm_inputs + linear_inputs) / norm_share + attention + ffn) + dropout_masks / norm_share;
}

// Bytes a token of the scores: softmax output, dropout mask, dropout output; fused attention keeps one fp32 number a
// query and head.
double score_bytes(TrainingJob const& job, ParallelPlan const& plan, EstimateOptions const& options, double element) {
  double const heads = real(job.model.head_count) / real(plan.tensor_parallel);
  if (options.flash_attention) return 4 * heads;
  double const mask = job.model.layer_norm ? 1 : 0;
  double const copies = job.model.layer_norm ? 2 : 1;
  return (copies * element + mask) * heads * real(job.sequence_length);
}

}  // namespace

SavedActivations saved_activations(TrainingJob const& job, ParallelPlan const& plan, EstimateOptions const& options) {
  auto const& framework = framework_traits(options.framework);
  double const tokens = real(plan.micro_batch * job.sequence_length) / real(plan.context_parallel);
  double const element = activation_bytes_per_element(job);
  double const linear = linear_bytes(job.model, plan, framework, element);
  double const scores = score_bytes(job, plan, options, element);
  double const norm_share = plan.sequence_parallel ? real(plan.tensor_parallel) : 1.0;
  double const layer_input = element * real(job.model.hidden_size) / norm_share;
  bool const halves_gemms = framework.selective_repeats_gemms;

  SavedActivations saved;
  switch (plan.recompute) {
    case Recompute::none: saved.layer_bytes = tokens * (linear + scores); break;
    case Recompute::selective:
      saved.layer_bytes = tokens * (halves_gemms ? linear / 2 + scores : linear);
      saved.working_bytes = tokens * (halves_gemms ? linear / 2 : scores);
      break;
    case Recompute::full:
      saved.layer_bytes = tokens * layer_input;
      saved.working_bytes = tokens * (linear + scores);
      break;
  }
  saved.logits_bytes = tokens * real(job.model.vocabulary_size) / real(plan.tensor_parallel) * framework.logit_bytes;
  return saved;
}

}  // namespace hpcadvise::advisor
