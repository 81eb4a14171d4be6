// SPDX-License-Identifier: Apache-2.0
#include "advisor/saved_activations.hpp"

#include "advisor/layer_description.hpp"
#include "advisor/operators.hpp"

#include <algorithm>

namespace hpcadvise::advisor {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

// Elements a token of Q, K, V and the attention output. Latent attention keeps its latent vectors as well.
double attention_elements(ModelSpec const& model) {
  double const queries = real(model.head_count * model.head_size);
  if (!model.latent_attention) return 2 * queries + 2 * real(model.kv_head_count * model.head_size);
  auto const& latent = *model.latent_attention;
  double const values = real(model.head_count * latent.value_head_size);
  return 2 * queries + 2 * values + real(latent.query_rank + latent.key_value_rank);
}

// Input and output of the activation; gated: gate, up, product, and unfused the activated gate.
double ffn_copies(ModelSpec const& model, FrameworkTraits const& framework) {
  return model.gated_ffn ? framework.gated_ffn_copies : 2;
}

// A token's copies, one for each of its experts: the inputs of those that are trained, what stands between, and their
// outputs where these are weighed last.
double expert_elements(ModelSpec const& model, ParallelPlan const& plan, FrameworkTraits const& framework,
                       double ffn_copies, bool trained) {
  auto const& experts = *model.experts;
  double const copies = experts.experts_per_token;
  double const ends = (trained ? 1 : 0) + (framework.weighs_inside_experts ? 0 : 1);
  double const routed = copies * (ends * real(model.hidden_size) + ffn_copies * real(experts.expert_ffn_size));
  return (routed + ffn_copies * real(experts.shared_ffn_size)) / real(plan.tensor_parallel);
}

// Models of today, which have RMSNorm, drop nothing.
bool has_dropout(ModelSpec const& model, FrameworkTraits const& framework) {
  return model.layer_norm && framework.drops_by_default;
}

// A token's A x of each adapter, which the gradient of B needs.
double adapter_elements(TrainingJob const& job, LayerKind const& kind) {
  if (!job.lora) return 0;
  auto const layer = describe_layer(job.model, kind);
  double elements = 0;
  for (Linear const& linear : layer.linears) {
    double const copies = linear.part == LinearPart::expert ? layer.experts_per_token : 1;
    if (is_adapted(*job.lora, linear)) elements += copies * real(linear.fused * job.lora->rank);
  }
  return elements;
}

// Bytes a token of one layer, the scores of unfused attention apart. Only a weight gradient needs the input of a
// linear layer: a frozen FFN without adapters keeps neither its input nor the product that its second matrix reads.
// What Megatron-Core repeats on its own are norms, and of experts the activation function (transformer_config.py,
// recompute_modules: layernorm, moe_act).
double linear_bytes(TrainingJob const& job, LayerKind const& kind, ParallelPlan const& plan,
                    FrameworkTraits const& framework, bool repeats_norms = false) {
  ModelSpec const& model = job.model;
  double const element = activation_bytes_per_element(job);
  bool const trains_ffn = !job.lora || job.lora->targets == LoraTargets::all_linear;
  bool const keeps_product = trains_ffn && !(repeats_norms && kind.experts);
  double const t = real(plan.tensor_parallel);
  double const norm_share = plan.sequence_parallel ? t : 1.0;
  double const hidden = real(model.hidden_size);
  // In fp32 an input is as large as two in 16 bit.
  double const norm_inputs = 2 * hidden * (framework.norms_in_fp32 && !model.layer_norm ? 3 : 1);
  double const linear_inputs = repeats_norms ? 0 : hidden + (trains_ffn ? hidden : 0);  // QKV's, FFN's
  double const dropout_masks = has_dropout(model, framework) ? 2 * hidden : 0;          // one byte each
  double const copies = ffn_copies(model, framework) - (keeps_product ? 0 : 1);
  double const ffn =
      kind.experts ? expert_elements(model, plan, framework, copies, trains_ffn) : copies * real(model.ffn_size) / t;
  return element * ((norm_inputs + linear_inputs) / norm_share + attention_elements(model) / t + ffn +
                    adapter_elements(job, kind)) +
         dropout_masks / norm_share;
}

// Elements a token that torchtitan's selective recomputation keeps: what the layer starts from, the attention core's
// output, and of each two matrix products the first: Q of Q and K, V of V and the attention's last, an FFN's first
// (torchtitan, parallelize_llama.py, _save_list and _get_custom_policy). The FFN's last is nobody's input.
double first_products(TrainingJob const& job, LayerKind const& kind, ParallelPlan const& plan,
                      FrameworkTraits const& framework) {
  ModelSpec const& model = job.model;
  double const t = real(plan.tensor_parallel);
  double const hidden = real(model.hidden_size) / (plan.sequence_parallel ? t : 1);
  double const keys =
      model.latent_attention ? real(model.head_count * model.head_size) : real(model.kv_head_count * model.head_size);
  double const ffn = kind.experts ? expert_elements(model, plan, framework, 1, false) : real(model.ffn_size) / t;
  return hidden + (attention_elements(model) - keys) / t + ffn;
}

// Elements a token where norms, activation functions and their products are repeated: what the layer starts from, Q, K,
// V and the attention core's output, its last product, of which the second norm is made again, and an FFN's first ones.
// The FFN's last is nobody's input.
double products(ModelSpec const& model, ParallelPlan const& plan) {
  double const t = real(plan.tensor_parallel);
  double const hidden = real(model.hidden_size) / (plan.sequence_parallel ? t : 1);
  return 2 * hidden + (attention_elements(model) + (model.gated_ffn ? 2 : 1) * real(model.ffn_size)) / t;
}

// Bytes a token of the scores: softmax output, dropout mask, dropout output; fused attention keeps one fp32 number a
// query and head.
double score_bytes(TrainingJob const& job, ParallelPlan const& plan, FrameworkTraits const& framework, bool fused,
                   double element) {
  double const heads = real(job.model.head_count) / real(plan.tensor_parallel);
  if (fused) return 4 * heads;
  bool const dropout = has_dropout(job.model, framework);
  double const mask = dropout ? 1 : 0;
  double const copies = dropout ? 2 : 1;
  return (copies * element + mask) * heads * real(job.sequence_length);
}

}  // namespace

LayerActivations layer_activations(TrainingJob const& job, ParallelPlan const& plan, EstimateOptions const& options,
                                   LayerKind const& kind) {
  auto const& framework = framework_traits(options.framework);
  double const tokens = real(plan.micro_batch * job.sequence_length) / real(plan.context_parallel);
  double const element = activation_bytes_per_element(job);
  double const linear = linear_bytes(job, kind, plan, framework);
  bool const fused = attention_kernel(options) != AttentionKernel::unfused;
  double const scores = score_bytes(job, plan, framework, fused, element);
  double const norm_share = plan.sequence_parallel ? real(plan.tensor_parallel) : 1.0;
  double const layer_input = element * real(job.model.hidden_size) / norm_share;

  LayerActivations saved;
  switch (plan.recompute) {
    case Recompute::none: {
      bool const alone = framework.keeps_products_alone && !kind.experts && !job.lora;
      double const kept = alone ? std::min(linear, element * products(job.model, plan)) : linear;
      saved.layer_bytes = tokens * (kept + scores);
      saved.working_bytes = tokens * (linear - kept);
      break;
    }
    case Recompute::attention:
      saved.layer_bytes = tokens * (linear + (fused ? scores : 0));
      saved.working_bytes = fused ? 0 : tokens * scores;
      break;
    case Recompute::selective:
      if (framework.selective_repeats_activations && fused) {
        double const kept = linear_bytes(job, kind, plan, framework, true);
        saved.layer_bytes = tokens * (kept + scores);
        saved.working_bytes = tokens * (linear - kept);
        break;
      }
      if (framework.selective_repeats_gemms) {
        double const kept = std::min(linear, element * first_products(job, kind, plan, framework));
        saved.layer_bytes = tokens * (kept + scores);
        saved.working_bytes = tokens * (linear - kept);
        break;
      }
      saved.layer_bytes = tokens * linear;
      saved.working_bytes = tokens * scores;
      break;
    case Recompute::full: {
      double const interval = real(plan.recompute_interval);
      saved.layer_bytes = tokens * (layer_input + (interval - 1) * (linear + scores)) / interval;
      saved.working_bytes = tokens * (linear + scores);
      break;
    }
  }
  return saved;
}

double logits_bytes(TrainingJob const& job, ParallelPlan const& plan, EstimateOptions const& options) {
  constexpr double fused = 2 * 2;
  auto const& framework = framework_traits(options.framework);
  double const tokens = real(plan.micro_batch * job.sequence_length) / real(plan.context_parallel);
  double const unfused = plan.tensor_parallel > 1 ? framework.cut_logit_bytes : framework.logit_bytes;
  return tokens * real(job.model.vocabulary_size) / real(plan.tensor_parallel) *
         (has_fused_loss(options) ? fused : unfused);
}

}  // namespace hpcadvise::advisor
