// SPDX-License-Identifier: Apache-2.0
#include "advisor/step_estimate.hpp"

#include "advisor/constants.hpp"
#include "advisor/cost/block_cost.hpp"
#include "advisor/cost/data_parallel.hpp"
#include "advisor/cost/optimizer_step.hpp"
#include "advisor/cost/other.hpp"
#include "advisor/cost/pipeline.hpp"
#include "advisor/rates.hpp"
#include "advisor/uncertainty.hpp"

namespace hpcadvise::advisor {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

// One micro-batch on the slowest stage, term by term, `times` over.
void add_block(StepTerms& terms, BlockCost const& block, double times) {
  terms.compute_s += times * block.compute.total_s();
  terms.attention_s += times * block.attention.total_s();
  terms.elementwise_s += times * block.elementwise.total_s();
  terms.tensor_parallel_s += times * block.tensor_parallel.total_s();
  terms.recompute_s += times * block.recompute_s;
}

struct Costed {
  StepTerms terms;
  bool extrapolated = false;
};

Costed step_terms(CostContext const& context) {
  auto const layer = layer_cost(context);
  auto const embedding = embedding_cost(context);
  auto const head = head_cost(context);
  auto const layout = stage_layout(context.job.model, context.plan, context.framework);
  auto const stages = stage_costs(layout, layer, embedding, head);
  auto const slowest = slowest_stage(stages);
  Stage const& stage = stages[slowest].stage;
  double const micro_batches = context.micro_batches();
  double const layers = real(stage.layers);

  StepTerms terms;
  add_block(terms, layer, micro_batches * layers);
  if (stage.has_embedding) add_block(terms, embedding, micro_batches);
  if (stage.has_head) add_block(terms, head, micro_batches);
  terms.pipeline_bubble_s = pipeline_bubble_s(stages, slowest);
  terms.pipeline_transfer_s = pipeline_transfer_s(context);

  double const parameters =
      stage_parameters(context.job.model, count_parameters(context.job.model), stage, context.plan.tensor_parallel);
  double const backward_s = layers * layer.backward_s() + (stage.has_embedding ? embedding.backward_s() : 0) +
                            (stage.has_head ? head.backward_s() : 0);
  terms.data_parallel_exposed_s =
      data_parallel_cost_s(context, {parameters, layers, stages[slowest].micro_batch_s, backward_s});
  terms.optimizer_s = optimizer_cost_s(context, parameters);

  terms.other_s = micro_batches * (layers * host_bound_s(context.machine, layer) + constants::micro_batch_s);
  terms.other_s += jitter_s(context, terms.total_s());
  return {terms, layer.extrapolated || head.extrapolated};
}

}  // namespace

double StepTerms::total_s() const {
  double sum_s = 0;
  for (TermRow const& row : term_rows()) sum_s += this->*row.value;
  return sum_s;
}

std::vector<TermRow> const& term_rows() {
  static std::vector<TermRow> const rows{
      {"compute", "matrix multiplications", &StepTerms::compute_s},
      {"attention", "attention core", &StepTerms::attention_s},
      {"elementwise", "elementwise work", &StepTerms::elementwise_s},
      {"recompute", "recomputation", &StepTerms::recompute_s},
      {"tensor_parallel", "tensor-parallel collectives", &StepTerms::tensor_parallel_s},
      {"context_parallel", "context-parallel exchange", &StepTerms::context_parallel_s},
      {"expert_parallel", "expert-parallel exchange", &StepTerms::expert_parallel_s},
      {"pipeline_bubble", "pipeline bubble", &StepTerms::pipeline_bubble_s},
      {"pipeline_transfer", "pipeline transfers", &StepTerms::pipeline_transfer_s},
      {"data_parallel_exposed", "data-parallel traffic, exposed", &StepTerms::data_parallel_exposed_s},
      {"optimizer", "optimizer", &StepTerms::optimizer_s},
      {"other", "host-bound time and jitter", &StepTerms::other_s},
  };
  return rows;
}

StepEstimate estimate_step(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                           EstimateOptions const& options) {
  CostContext const context{job, plan, machine, options, framework_traits(options.framework)};
  auto const costed = step_terms(context);
  double const step_s = costed.terms.total_s();
  double const devices = real(plan.device_count());

  StepEstimate estimate;
  estimate.plan = plan;
  estimate.terms = costed.terms;
  estimate.tokens_per_s_per_device = real(plan.global_batch) * real(job.sequence_length) / step_s / devices;
  estimate.model_flops_per_s_per_device =
      model_flops_per_step(job) * real(plan.global_batch) / real(job.global_batch) / step_s / devices;
  GemmRates const& rates = gemm_rates(machine, job.precision);
  if (rates.peak_flops_per_s > 0)
    estimate.mfu_of_dense_peak = estimate.model_flops_per_s_per_device / rates.peak_flops_per_s;
  estimate.mfu_of_measured_plateau = estimate.model_flops_per_s_per_device / rates.plateau_flops_per_s;
  estimate.memory = estimate_memory(job, plan, machine, options);

  auto const uncertainty = step_uncertainty(job, plan, machine, options, costed.extrapolated);
  estimate.log_sigma = uncertainty.log_sigma;
  estimate.flags = uncertainty.flags;
  estimate.step_time_s = interval_around(step_s, uncertainty.log_sigma);
  return estimate;
}

}  // namespace hpcadvise::advisor
