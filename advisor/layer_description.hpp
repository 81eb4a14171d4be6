// SPDX-License-Identifier: Apache-2.0
#pragma once

// What stands in a layer: its matrices, its attention, its other parameters and its elementwise work. Everything that
// is counted, timed or stored of a layer follows from this one list. A new architecture is a new list.

#include "advisor/layer_kinds.hpp"
#include "advisor/model_spec.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

// Devices that hold the parts of one layer: of its experts, and of everything else.
struct LayerShards {
  std::int64_t tensor = 1;
  std::int64_t expert_tensor = 1;
};

// One matrix, the part of it on one device.
struct Linear {
  std::string_view name;  // lives as long as the model
  LinearPart part = LinearPart::ffn;
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
  bool bias = false;
  // Every tensor-parallel rank holds it whole; with sequence parallelism each applies it to its own tokens.
  bool replicated = false;
  int fused = 1;  // matrices with the same input that run as one GEMM: Q, K and V; gate and up. Adapters stay apart

  double weights() const { return static_cast<double>(inputs) * static_cast<double>(outputs); }
  double parameters() const { return weights() + (bias ? static_cast<double>(outputs) : 0); }
};

struct LayerAttention {
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t head_size = 0;        // of queries and keys
  std::int64_t value_head_size = 0;  // of values and the output
  std::int64_t window = 0;           // keys that a query sees; 0: all
  bool causal = true;
};

struct LayerDescription {
  std::vector<Linear> linears;  // of one expert only, where LinearPart is expert
  std::optional<LayerAttention> attention;
  int expert_count = 0;  // 0: no mixture
  int experts_per_token = 0;
  double other_parameters = 0;  // norms, sinks
  // Elements that a token reads and writes forward: over the hidden size, which sequence parallelism shares among the
  // tensor-parallel ranks; over what tensor parallelism has cut already.
  double hidden_elements = 0;
  double cut_elements = 0;
  double tensor_parallel_reductions = 0;  // all-reduces of the hidden state forward; as many backward
};

// On one device of `shards`; with one of each, the whole layer.
LayerDescription describe_layer(ModelSpec const& model, LayerKind const& kind, LayerShards const& shards = {});

// The same for what a multi-token module has beside its layer: two norms and the matrix that joins hidden state and
// embedding of the next token.
LayerDescription describe_multi_token_input(ModelSpec const& model, LayerShards const& shards = {});

double norm_parameters(ModelSpec const& model);  // of one norm over the hidden size

// Parameters by the group of devices that shares them.
struct LayerParameters {
  double dense = 0;       // attention, FFN, shared experts: cut by tensor parallelism
  double experts = 0;     // all routed experts: spread over expert parallelism
  double replicated = 0;  // norms, router, narrow projections of latent attention: whole on each tensor-parallel rank

  double total() const { return dense + experts + replicated; }
  friend LayerParameters operator+(LayerParameters const& left, LayerParameters const& right) {
    return {left.dense + right.dense, left.experts + right.experts, left.replicated + right.replicated};
  }
  friend LayerParameters operator*(double factor, LayerParameters const& parameters) {
    return {factor * parameters.dense, factor * parameters.experts, factor * parameters.replicated};
  }
};

LayerParameters layer_parameters(LayerDescription const& layer);
inline LayerParameters layer_parameters(ModelSpec const& model, LayerKind const& kind) {
  return layer_parameters(describe_layer(model, kind));
}

// What a token uses of them.
double active_parameters(LayerDescription const& layer);

// Pairs of query and key that attention multiplies: of a causal mask half, of a window its width.
double attended_pairs(LayerAttention const& attention, double queries, double keys);

// Of the adapters: rank x (inputs + outputs) of each adapted matrix.
bool is_adapted(LoraAdapters const& lora, Linear const& linear);
LayerParameters adapter_parameters(LoraAdapters const& lora, LayerDescription const& layer);

}  // namespace hpcadvise::advisor
