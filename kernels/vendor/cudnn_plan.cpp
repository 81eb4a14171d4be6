// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/cudnn_plan.hpp"

#include <stdexcept>

namespace hpcadvise::kernels {

std::vector<CudnnDescriptor> engine_configs(CudnnDescriptor const& operations, cudnnBackendDescriptor_t device) {
  CudnnDescriptor heuristic(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristic.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, operations.get());
  cudnnBackendHeurMode_t const mode = CUDNN_HEUR_MODE_A;
  heuristic.set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, &mode);
  if (device != nullptr) heuristic.set(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, device);
  heuristic.finalize();
  std::int64_t count = 0;
  check(cudnn().get_attribute(heuristic.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count,
                              nullptr),
        "cudnnBackendGetAttribute");
  std::vector<CudnnDescriptor> configs;
  std::vector<cudnnBackendDescriptor_t> raw;
  for (std::int64_t i = 0; i < count; ++i)
    raw.push_back(configs.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR).get());
  check(cudnn().get_attribute(heuristic.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, count,
                              &count, raw.data()),
        "cudnnBackendGetAttribute");
  configs.erase(configs.begin() + count, configs.end());
  return configs;
}

namespace {

CudnnDescriptor first_plan(std::vector<CudnnDescriptor> const& configs, cudnnHandle_t handle) {
  std::string reason = "cuDNN has no engine for this graph";
  for (auto const& config : configs) {
    try {
      CudnnDescriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
      plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, config.get());
      plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, &handle);
      plan.finalize();
      return plan;
    } catch (std::runtime_error const& error) {
      reason = error.what();
    }
  }
  throw std::runtime_error(reason);
}

}  // namespace

CudnnPlan::CudnnPlan(CudnnGraph graph, cudnnHandle_t handle)
    : graph_(std::move(graph)),
      operations_(graph_.finalized(handle)),
      configs_(engine_configs(operations_, nullptr)),
      plan_(first_plan(configs_, handle)) {
  check(cudnn().get_attribute(plan_.get(), CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1, nullptr,
                              &scratch_bytes_),
        "cudnnBackendGetAttribute");
}

void CudnnPlan::execute(cudnnHandle_t handle, std::vector<Argument> const& arguments, void* scratch) const {
  std::vector<std::int64_t> ids;
  std::vector<void const*> data;
  for (auto const& argument : arguments) {
    ids.push_back(std::int64_t(argument.tensor));
    data.push_back(argument.data);
  }
  CudnnDescriptor pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  pack.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, ids.data(), std::int64_t(ids.size()));
  pack.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, data.data(), std::int64_t(data.size()));
  pack.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, &scratch);
  pack.finalize();
  check(cudnn().execute(handle, plan_.get(), pack.get()), "cudnnBackendExecute");
}

}  // namespace hpcadvise::kernels
