// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which layers each pipeline stage holds, and how many parameters that makes on one device.

#include "advisor/framework.hpp"
#include "advisor/layer_description.hpp"
#include "advisor/layer_kinds.hpp"
#include "advisor/parallel_plan.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace hpcadvise::advisor {

struct Stage {
  std::vector<std::int64_t> layers;  // of each of layer_kinds
  bool has_embedding = false;
  bool has_head = false;

  std::int64_t layer_count() const;
};

// In pipeline order. Layers that do not divide go to the first stages. Where the framework deals embedding and head
// like layers (DeepSpeed), or only so they divide (Llama 3 405B: 126 layers and 2 ends), the end stages hold one layer
// less instead.
std::vector<Stage> stage_layout(ModelSpec const& model, ParallelPlan const& plan, FrameworkTraits const& framework);
// Which of the two it is. The number of stages and this decide the layout.
bool ends_are_items(ModelSpec const& model, ParallelPlan const& plan, FrameworkTraits const& framework);

// What a job's parameters are sums of.
struct ParameterParts {
  std::vector<LayerParameters> kinds;
  double embedding = 0;
  double head = 0;                // a copy of the embedding where they are tied
  LayerParameters multi_token{};  // of all modules
  bool tied = false;
  double largest_matrix = 0;                // but for those of experts
  std::vector<LayerParameters> adapters{};  // adapter_parts
};
ParameterParts parameter_parts(ModelSpec const& model);

// What one device holds, before data-parallel sharding.
struct DeviceParameters {
  double dense = 0;
  double experts = 0;

  double total() const { return dense + experts; }
  friend DeviceParameters operator+(DeviceParameters const& left, DeviceParameters const& right) {
    return {left.dense + right.dense, left.experts + right.experts};
  }
};
DeviceParameters device_parameters(LayerParameters const& whole, ParallelPlan const& plan);

// Of the adapters of a layer of each of layer_kinds what tensor parallelism leaves on one device: of A and B it cuts
// only one. Empty without adapters: everything is trained.
std::vector<LayerParameters> adapter_parts(TrainingJob const& job, ParallelPlan const& plan);

struct StageParameters {
  DeviceParameters frozen;
  DeviceParameters trained;

  DeviceParameters all() const { return frozen + trained; }
};

// Embedding and head of a stage, before tensor parallelism. A tied head on another stage than the embedding is a copy.
double end_parameters(ParameterParts const& parts, Stage const& stage);
StageParameters stage_parameters(ParameterParts const& parts, Stage const& stage, ParallelPlan const& plan);
StageParameters one_layer_parameters(ParameterParts const& parts, std::size_t kind, ParallelPlan const& plan);

}  // namespace hpcadvise::advisor
