// SPDX-License-Identifier: Apache-2.0
#include "advisor/model_spec.hpp"

namespace hpcadvise::advisor {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

double attention_weights(ModelSpec const& model) {
  double const queries = real(model.head_count * model.head_size);
  double const keys_and_values = 2 * real(model.kv_head_count * model.head_size);
  return real(model.hidden_size) * (queries + keys_and_values) + queries * real(model.hidden_size);
}

double ffn_weights(ModelSpec const& model, std::int64_t ffn_size) {
  return (model.gated_ffn ? 3 : 2) * real(model.hidden_size) * real(ffn_size);
}

// The FFN, or a router and as many experts as are asked for.
double ffn_weights_with(ModelSpec const& model, int experts) {
  if (!model.experts) return ffn_weights(model, model.ffn_size);
  double const router = real(model.hidden_size) * model.experts->expert_count;
  return router + experts * ffn_weights(model, model.experts->expert_ffn_size);
}

int all_experts(ModelSpec const& model) { return model.experts ? model.experts->expert_count : 0; }
int active_experts(ModelSpec const& model) { return model.experts ? model.experts->experts_per_token : 0; }

// One for each output of each linear layer.
double biases(ModelSpec const& model) {
  if (!model.biases) return 0;
  double const qkv = real((model.head_count + 2 * model.kv_head_count) * model.head_size);
  double const ffn = (model.gated_ffn ? 2 : 1) * real(model.ffn_size) + real(model.hidden_size);
  return qkv + real(model.hidden_size) + ffn;
}

double norm(ModelSpec const& model) { return (model.layer_norm ? 2 : 1) * real(model.hidden_size); }

double layer_weights(ModelSpec const& model, int experts) {
  return attention_weights(model) + ffn_weights_with(model, experts) + biases(model) + 2 * norm(model);
}

}  // namespace

ParameterCount count_parameters(ModelSpec const& model) {
  bool const learned_positions = model.positions == PositionKind::learned;
  double const positions = learned_positions ? real(model.max_sequence_length) : 0;
  double const layers = real(model.layer_count);

  ParameterCount count;
  count.embedding = (real(model.vocabulary_size) + positions) * real(model.hidden_size);
  count.lm_head = model.tied_embeddings ? 0 : real(model.vocabulary_size) * real(model.hidden_size);
  count.per_layer = layer_weights(model, all_experts(model));
  double const outside_layers = count.embedding + count.lm_head + norm(model);
  count.total = outside_layers + layers * count.per_layer;
  count.active = outside_layers + layers * layer_weights(model, active_experts(model));
  return count;
}

double model_flops_per_step(TrainingJob const& job) {
  ModelSpec const& model = job.model;
  double const layer = attention_weights(model) + ffn_weights_with(model, active_experts(model));
  double const lm_head = real(model.vocabulary_size) * real(model.hidden_size);
  double const multiplied_weights = real(model.layer_count) * layer + lm_head;

  // Q K^T and P V are 2 s^2 a d each for a whole square; half of it is masked. Backward costs twice the forward.
  double const length = real(job.sequence_length);
  double const forward_attention = 2 * length * length * real(model.head_count * model.head_size);
  double const per_sequence = 6 * multiplied_weights * length + 3 * real(model.layer_count) * forward_attention;
  return real(job.global_batch) * per_sequence;
}

}  // namespace hpcadvise::advisor
