// SPDX-License-Identifier: Apache-2.0
#include "advisor/model_spec.hpp"

#include "advisor/layer_description.hpp"
#include "profiles/names.hpp"

#include <array>
#include <span>

namespace hpcadvise::advisor {
namespace {

constexpr std::array<profiles::Name<LoraTargets>, 2> lora_targets{
    {{LoraTargets::attention, "attention"}, {LoraTargets::all_linear, "all-linear"}}};

constexpr std::array<profiles::Name<Optimizer>, 3> optimizers{
    {{Optimizer::adamw, "adamw"}, {Optimizer::adamw_bf16, "adamw_bf16"}, {Optimizer::sgd_momentum, "sgd_momentum"}}};

double real(std::int64_t value) { return static_cast<double>(value); }

double embedding_parameters(ModelSpec const& model) {
  bool const learned_positions = model.positions == PositionKind::learned;
  double const rows = real(model.vocabulary_size) + (learned_positions ? real(model.max_sequence_length) : 0);
  return rows * real(model.hidden_size) + (model.embedding_norm ? norm_parameters(model) : 0);
}

double head_parameters(ModelSpec const& model) {
  double const bias = model.biases.lm_head ? real(model.vocabulary_size) : 0;
  return bias + (model.tied_embeddings ? 0 : real(model.vocabulary_size) * real(model.hidden_size));
}

double multi_token_parameters(ModelSpec const& model) {
  if (model.multi_token_modules == 0) return 0;
  return real(model.multi_token_modules) * (layer_parameters(model, last_layer_kind(model)).total() +
                                            layer_parameters(describe_multi_token_input(model)).total());
}

// Forward FLOPs are twice the weights that a token multiplies, and so are those of each gradient: of the data always,
// of the weights where they are trained.
struct TokenFlops {
  double linears = 0;
  double attention = 0;
};

TokenFlops layer_flops(TrainingJob const& job, LayerDescription const& layer) {
  TokenFlops flops;
  for (Linear const& linear : layer.linears) {
    double const uses = linear.part == LinearPart::expert ? layer.experts_per_token : 1;
    flops.linears += uses * linear.weights() * (job.lora ? 4 : 6);
    if (job.lora && is_adapted(*job.lora, linear))
      flops.linears += 6 * uses * real(job.lora->rank * (linear.fused * linear.inputs + linear.outputs));
  }
  if (layer.attention) {
    double const length = real(job.sequence_length);
    double const sizes = real(layer.attention->head_size + layer.attention->value_head_size);
    double const pairs = attended_pairs(*layer.attention, length, length);
    flops.attention = 3 * 2 * pairs / length * real(layer.attention->heads) * sizes;
  }
  return flops;
}

double total_flops(TrainingJob const& job, LayerDescription const& layer) {
  auto const flops = layer_flops(job, layer);
  return flops.linears + flops.attention;
}

}  // namespace

std::string_view to_string(Optimizer optimizer) {
  return profiles::name_of(optimizer, std::span<profiles::Name<Optimizer> const>(optimizers));
}
std::optional<Optimizer> optimizer_from_string(std::string_view name) {
  return profiles::value_of(name, std::span<profiles::Name<Optimizer> const>(optimizers));
}

std::string_view to_string(LoraTargets targets) {
  return profiles::name_of(targets, std::span<profiles::Name<LoraTargets> const>(lora_targets));
}
std::optional<LoraTargets> lora_targets_from_string(std::string_view name) {
  return profiles::value_of(name, std::span<profiles::Name<LoraTargets> const>(lora_targets));
}

ParameterCount count_parameters(ModelSpec const& model) {
  ParameterCount count;
  count.embedding = embedding_parameters(model);
  count.lm_head = head_parameters(model);
  count.multi_token = multi_token_parameters(model);
  double layers = 0;
  double active_layers = 0;
  for (LayerKind const& kind : layer_kinds(model)) {
    auto const layer = describe_layer(model, kind);
    layers += real(kind.count) * layer_parameters(layer).total();
    active_layers += real(kind.count) * active_parameters(layer);
  }
  double const outside_layers = count.embedding + count.lm_head + norm_parameters(model);
  if (model.layer_count > 0) count.per_layer = layers / real(model.layer_count);
  count.total = outside_layers + layers;
  count.active = outside_layers + active_layers;
  return count;
}

double trainable_parameters(TrainingJob const& job) {
  if (!job.lora) {
    auto const count = count_parameters(job.model);
    return count.total + count.multi_token;
  }
  double parameters = 0;
  for (LayerKind const& kind : layer_kinds(job.model))
    parameters += real(kind.count) * adapter_parameters(*job.lora, describe_layer(job.model, kind)).total();
  return parameters;
}

double model_flops_per_step(TrainingJob const& job) {
  ModelSpec const& model = job.model;
  double const lm_head = real(model.vocabulary_size) * real(model.hidden_size) * (job.lora ? 4 : 6);
  double token_flops = lm_head;
  for (LayerKind const& kind : layer_kinds(model))
    token_flops += real(kind.count) * total_flops(job, describe_layer(model, kind));
  // Modules for further tokens are pre-training's; adapters are trained without them.
  if (model.multi_token_modules > 0 && !job.lora)
    token_flops += real(model.multi_token_modules) * (total_flops(job, describe_layer(model, last_layer_kind(model))) +
                                                      total_flops(job, describe_multi_token_input(model)) + lm_head);
  return real(job.global_batch) * real(job.sequence_length) * token_flops;
}

}  // namespace hpcadvise::advisor
