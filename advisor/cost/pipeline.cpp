// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/pipeline.hpp"

#include "advisor/constants.hpp"
#include "advisor/rates.hpp"

#include <algorithm>

namespace hpcadvise::advisor {

std::vector<StageCost> stage_costs(std::span<Stage const> stages, BlockCost const& layer, BlockCost const& embedding,
                                   BlockCost const& head) {
  std::vector<StageCost> costs;
  costs.reserve(stages.size());
  for (Stage const& stage : stages) {
    double time_s = static_cast<double>(stage.layers) * layer.total_s();
    if (stage.has_embedding) time_s += embedding.total_s();
    if (stage.has_head) time_s += head.total_s();
    costs.push_back({stage, time_s});
  }
  return costs;
}

std::size_t slowest_stage(std::span<StageCost const> stages) {
  auto const slowest = std::max_element(stages.begin(), stages.end(), [](auto const& left, auto const& right) {
    return left.micro_batch_s < right.micro_batch_s;
  });
  return static_cast<std::size_t>(slowest - stages.begin());
}

double pipeline_bubble_s(std::span<StageCost const> stages, std::size_t slowest) {
  double all_s = 0;
  for (StageCost const& stage : stages) all_s += stage.micro_batch_s;
  return all_s - stages[slowest].micro_batch_s;
}

double pipeline_transfer_s(CostContext const& context) {
  ParallelPlan const& plan = context.plan;
  if (plan.pipeline_parallel == 1) return 0;
  double const activation_bytes =
      static_cast<double>(plan.micro_batch * context.job.sequence_length * context.job.model.hidden_size) *
      activation_bytes_per_element(context.job) / static_cast<double>(plan.context_parallel);
  double const bytes = context.framework.pipeline_sends_whole
                           ? activation_bytes
                           : activation_bytes / static_cast<double>(plan.tensor_parallel);
  // Stages are the outermost dimension of the rank order.
  auto const neighbours =
      place_group(context.machine, 2, plan.tensor_parallel * plan.context_parallel * plan.data_parallel);
  double const one_way_s = collective_time_s(context.machine, Collective::point_to_point, bytes, neighbours);
  double const micro_batches = context.micro_batches() + static_cast<double>(plan.pipeline_parallel - 1);
  return micro_batches * 2 * constants::pipeline_exposure * one_way_s;
}

}  // namespace hpcadvise::advisor
