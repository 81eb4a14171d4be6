// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/pipeline.hpp"

#include "advisor/rates.hpp"

namespace hpcadvise::advisor {
namespace {

double pass_s(BlockCost const& block) { return block.total_s() + block.host_s; }

double stage_s(Stage const& stage, ModelCost const& cost) {
  double time_s = cost.fixed_s;
  for (std::size_t kind = 0; kind < stage.layers.size(); ++kind)
    time_s += static_cast<double>(stage.layers[kind]) * pass_s(cost.kinds[kind]);
  if (stage.has_embedding) time_s += pass_s(cost.embedding);
  if (stage.has_head) time_s += pass_s(cost.head) + pass_s(cost.multi_token);
  return time_s;
}

}  // namespace

PipelinePace pipeline_pace(std::span<Stage const> stages, ModelCost const& cost) {
  PipelinePace pace;
  for (std::size_t index = 0; index < stages.size(); ++index) {
    double const time_s = stage_s(stages[index], cost);
    pace.all_s += time_s;
    if (time_s > pace.slowest_s) {
      pace.slowest = index;
      pace.slowest_s = time_s;
    }
  }
  return pace;
}

PipelinePace pipeline_pace(std::span<Stage const> stages, ModelCost const& cost, std::size_t pacing_stage) {
  PipelinePace pace = pipeline_pace(stages, cost);
  pace.slowest = pacing_stage;
  pace.slowest_s = stage_s(stages[pacing_stage], cost);
  return pace;
}

double pipeline_bubble_s(TrainingJob const& job, ParallelPlan const& plan, PipelinePace const& pace) {
  bool const has_weight_gradients = !job.lora;
  double const left = plan.schedule == Schedule::zero_bubble && has_weight_gradients ? 1.0 / 3 : 1;
  return left * (pace.all_s - pace.slowest_s) / static_cast<double>(plan.virtual_stages);
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
  return static_cast<double>(plan.virtual_stages) * micro_batches * 2 * context.machine.fitted.pipeline_exposure *
         one_way_s;
}

}  // namespace hpcadvise::advisor
