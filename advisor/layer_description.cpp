// SPDX-License-Identifier: Apache-2.0
#include "advisor/layer_description.hpp"

#include <algorithm>

namespace hpcadvise::advisor {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

// A shard that does not divide evenly is as long as its longest part.
std::int64_t share(std::int64_t whole, std::int64_t parts) { return (whole + parts - 1) / parts; }

// Norms, residuals and dropout around the blocks of a layer: elements over the hidden size. A norm reads and writes; a
// residual reads two and writes one; dropout reads and writes. Parallel blocks add both to the residual at once.
double hidden_elements(ModelSpec const& model) {
  double const residuals = model.parallel_blocks ? 4 : 6;
  double const dropouts = 4;
  return (2.0 * model.norms_per_layer + residuals + dropouts) * real(model.hidden_size);
}

// Bias, rotary and layout changes over Q, K, V and the output.
constexpr double attention_elements = 5;

// Bias and activation over the width of an FFN.
double activation_elements(ModelSpec const& model) { return model.gated_ffn ? 5 : 4; }

void add_grouped_attention(LayerDescription& layer, ModelSpec const& model, std::int64_t tensor) {
  std::int64_t const size = model.head_size;
  std::int64_t const heads = share(model.head_count, tensor);
  std::int64_t const kv_heads = share(model.kv_head_count, tensor);  // replicated when the ranks outnumber them
  layer.attention = LayerAttention{.heads = heads, .kv_heads = kv_heads, .head_size = size, .value_head_size = size};

  std::int64_t const qkv = (heads + 2 * kv_heads) * size;
  layer.linears.push_back({.name = "qkv",
                           .part = LinearPart::attention,
                           .inputs = model.hidden_size,
                           .outputs = qkv,
                           .bias = model.biases.query_key_value,
                           .fused = 3});
  layer.linears.push_back({.name = "attention_output",
                           .part = LinearPart::attention,
                           .inputs = heads * size,
                           .outputs = model.hidden_size,
                           .bias = model.biases.attention_output});
  layer.cut_elements += attention_elements * real(qkv);

  if (model.query_key_norm == QueryKeyNorm::none) return;
  double const normed = real((heads + kv_heads) * size);
  layer.other_parameters += model.query_key_norm == QueryKeyNorm::per_head ? 2 * real(size) : normed;
  layer.cut_elements += 2 * normed;
}

// The narrow projections are not cut: each rank holds them whole (Megatron-Core, multi_latent_attention.py).
void add_latent_attention(LayerDescription& layer, ModelSpec const& model, std::int64_t tensor) {
  LatentAttention const& latent = *model.latent_attention;
  std::int64_t const size = latent.plain_head_size + latent.rotary_head_size;
  std::int64_t const heads = share(model.head_count, tensor);
  layer.attention =
      LayerAttention{.heads = heads, .kv_heads = heads, .head_size = size, .value_head_size = latent.value_head_size};

  auto const add = [&](std::string_view name, std::int64_t inputs, std::int64_t outputs, bool replicated) {
    layer.linears.push_back(
        {.name = name, .part = LinearPart::attention, .inputs = inputs, .outputs = outputs, .replicated = replicated});
  };
  if (latent.query_rank > 0) {
    add("query_down", model.hidden_size, latent.query_rank, true);
    add("query_up", latent.query_rank, heads * size, false);
  } else {
    add("query", model.hidden_size, heads * size, false);
  }
  add("key_value_down", model.hidden_size, latent.key_value_rank + latent.rotary_head_size, true);
  add("key_value_up", latent.key_value_rank, heads * (latent.plain_head_size + latent.value_head_size), false);
  add("attention_output", heads * latent.value_head_size, model.hidden_size, false);

  double const latent_norms = real(latent.query_rank + latent.key_value_rank);
  layer.other_parameters += latent_norms;
  layer.hidden_elements += 2 * latent_norms;
  layer.cut_elements += attention_elements * real(heads * (2 * size + latent.value_head_size));
}

struct Ffn {
  std::string_view up;
  std::string_view down;
  LinearPart part;
  std::int64_t width;  // on one device
  bool bias;
};

void add_ffn(LayerDescription& layer, ModelSpec const& model, Ffn const& ffn) {
  int const matrices = model.gated_ffn ? 2 : 1;
  layer.linears.push_back({.name = ffn.up,
                           .part = ffn.part,
                           .inputs = model.hidden_size,
                           .outputs = matrices * ffn.width,
                           .bias = ffn.bias,
                           .fused = matrices});
  layer.linears.push_back(
      {.name = ffn.down, .part = ffn.part, .inputs = ffn.width, .outputs = model.hidden_size, .bias = ffn.bias});
}

void add_experts(LayerDescription& layer, ModelSpec const& model, LayerShards const& shards) {
  MixtureOfExperts const& experts = *model.experts;
  layer.expert_count = experts.expert_count;
  layer.experts_per_token = experts.experts_per_token;
  layer.linears.push_back({.name = "router",
                           .part = LinearPart::router,
                           .inputs = model.hidden_size,
                           .outputs = experts.expert_count,
                           .bias = experts.router_bias,
                           .replicated = true});
  add_ffn(layer, model,
          {"expert_up", "expert_down", LinearPart::expert, share(experts.expert_ffn_size, shards.expert_tensor),
           experts.expert_biases});

  // Each copy of a token is gathered, sorted by expert where it arrives, put back in order (a read and a write each)
  // and added up (a read, and a write a token).
  double const copies = experts.experts_per_token;
  double const moved = (7 * copies + 1) * real(model.hidden_size);
  double const activated = activation_elements(model) * copies * real(experts.expert_ffn_size);
  layer.cut_elements += (moved + activated) / real(shards.tensor);

  if (experts.shared_ffn_size == 0) return;
  std::int64_t const shared_width = share(experts.shared_ffn_size, shards.tensor);
  add_ffn(layer, model, {"shared_up", "shared_down", LinearPart::shared_expert, shared_width, false});
  layer.cut_elements += activation_elements(model) * real(shared_width);
  if (experts.shared_gate)
    layer.linears.push_back({.name = "shared_gate",
                             .part = LinearPart::router,
                             .inputs = model.hidden_size,
                             .outputs = 1,
                             .replicated = true});
}

void add_dense_ffn(LayerDescription& layer, ModelSpec const& model, LayerShards const& shards) {
  std::int64_t const width = share(model.ffn_size, shards.tensor);
  add_ffn(layer, model, {"ffn_up", "ffn_down", LinearPart::ffn, width, model.biases.ffn});
  layer.cut_elements += activation_elements(model) * real(width);
}

Linear linear_of(OperatorLinear const& listed, std::int64_t ranks) {
  return {.name = listed.name,
          .part = listed.part,
          .inputs = listed.cut == MatrixCut::rows ? share(listed.inputs, ranks) : listed.inputs,
          .outputs = listed.cut == MatrixCut::columns ? share(listed.outputs, ranks) : listed.outputs,
          .bias = listed.bias,
          .replicated = listed.cut == MatrixCut::none};
}

LayerDescription describe_listed(OperatorLayer const& listed, LayerShards const& shards) {
  LayerDescription layer;
  for (OperatorLinear const& linear : listed.linears) {
    layer.linears.push_back(linear_of(linear, shards.tensor));
    // Each rank has a part of the sum over the inputs.
    if (linear.cut == MatrixCut::rows) ++layer.tensor_parallel_reductions;
  }
  if (listed.experts) {
    layer.expert_count = listed.experts->expert_count;
    layer.experts_per_token = listed.experts->experts_per_token;
    for (OperatorLinear const& linear : listed.experts->linears)
      layer.linears.push_back(linear_of(linear, shards.expert_tensor));
  }
  if (auto const& attention = listed.attention)
    layer.attention = LayerAttention{share(attention->head_count, shards.tensor),
                                     share(attention->kv_head_count, shards.tensor),
                                     attention->head_size,
                                     attention->value_head_size,
                                     attention->window,
                                     attention->causal};
  layer.other_parameters = listed.other_parameters;
  layer.cut_elements = listed.elementwise_elements / real(shards.tensor);
  return layer;
}

}  // namespace

LayerDescription describe_layer(ModelSpec const& model, LayerKind const& kind, LayerShards const& shards) {
  if (kind.operator_layer) return describe_listed(model.operator_layers[*kind.operator_layer], shards);
  LayerDescription layer;
  layer.other_parameters = model.norms_per_layer * norm_parameters(model);
  layer.hidden_elements = hidden_elements(model);
  if (model.latent_attention)
    add_latent_attention(layer, model, shards.tensor);
  else
    add_grouped_attention(layer, model, shards.tensor);
  if (kind.windowed) layer.attention->window = model.sliding_window->size;
  if (model.attention_sinks) layer.other_parameters += real(layer.attention->heads);

  if (kind.experts)
    add_experts(layer, model, shards);
  else
    add_dense_ffn(layer, model, shards);

  // Megatron-LM (Shoeybi et al. 2019), section 3: one after attention, one after the FFN; parallel blocks share one.
  // Routed experts exchange tokens instead (Block::expert_all_to_all).
  bool const ffn_reduces = !kind.experts || model.experts->shared_ffn_size > 0;
  layer.tensor_parallel_reductions = ffn_reduces && !model.parallel_blocks ? 2 : 1;
  return layer;
}

LayerDescription describe_multi_token_input(ModelSpec const& model, LayerShards const& shards) {
  LayerDescription input;
  input.linears.push_back({.name = "multi_token_input",
                           .part = LinearPart::multi_token,
                           .inputs = 2 * model.hidden_size,
                           .outputs = share(model.hidden_size, shards.tensor)});
  // A norm of each input, and one before the shared head.
  input.other_parameters = 3 * norm_parameters(model);
  input.hidden_elements = 3 * 2 * real(model.hidden_size);
  // Its output is gathered: half an all-reduce.
  input.tensor_parallel_reductions = 0.5;
  return input;
}

double norm_parameters(ModelSpec const& model) {
  if (!model.norm_weights) return 0;
  return (model.layer_norm && model.norm_biases ? 2 : 1) * real(model.hidden_size);
}

double attended_pairs(LayerAttention const& attention, double queries, double keys) {
  double const window = attention.window > 0 ? std::min(real(attention.window), keys) : keys;
  // The first `window` queries of a causal sequence see half of it in the mean, the others all of it.
  if (attention.causal) return queries * window * (1 - window / keys / 2);
  return queries * window;
}

LayerParameters layer_parameters(LayerDescription const& layer) {
  LayerParameters parameters;
  parameters.replicated = layer.other_parameters;
  for (Linear const& linear : layer.linears)
    if (linear.part == LinearPart::expert)
      parameters.experts += layer.expert_count * linear.parameters();
    else
      (linear.replicated ? parameters.replicated : parameters.dense) += linear.parameters();
  return parameters;
}

double active_parameters(LayerDescription const& layer) {
  auto const parameters = layer_parameters(layer);
  double const every = parameters.dense + parameters.replicated;
  if (layer.expert_count == 0) return every;
  return every + parameters.experts * layer.experts_per_token / layer.expert_count;
}

bool is_adapted(LoraAdapters const& lora, Linear const& linear) {
  switch (linear.part) {
    case LinearPart::attention: return true;
    case LinearPart::router:
    case LinearPart::multi_token: return false;
    default: return lora.targets == LoraTargets::all_linear;
  }
}

LayerParameters adapter_parameters(LoraAdapters const& lora, LayerDescription const& layer) {
  LayerParameters parameters;
  for (Linear const& linear : layer.linears) {
    if (!is_adapted(lora, linear)) continue;
    double const adapter = real(lora.rank * (linear.fused * linear.inputs + linear.outputs));
    if (linear.part == LinearPart::expert)
      parameters.experts += layer.expert_count * adapter;
    else
      parameters.dense += adapter;
  }
  return parameters;
}

}  // namespace hpcadvise::advisor
