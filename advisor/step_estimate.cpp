// SPDX-License-Identifier: Apache-2.0
#include "advisor/step_estimate.hpp"

#include "advisor/cost/data_parallel.hpp"
#include "advisor/cost/elementwise.hpp"
#include "advisor/cost/offload.hpp"
#include "advisor/cost/optimizer_step.hpp"
#include "advisor/cost/other.hpp"
#include "advisor/rates.hpp"
#include "advisor/step_terms.hpp"
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
  terms.context_parallel_s += times * block.context_parallel.total_s();
  terms.expert_parallel_s += times * block.expert_parallel.total_s();
  terms.recompute_s += times * block.recompute_s;
}

}  // namespace

StepTerms step_terms(CostContext const& context, ModelFacts const& facts, ModelCost const& cost,
                     std::span<Stage const> stages, PipelinePace const& pace) {
  Stage const& stage = stages[pace.slowest];
  double const micro_batches = context.micro_batches();

  StepTerms terms;
  double backward_s = 0;
  double host_s = cost.fixed_s;
  for (std::size_t kind = 0; kind < stage.layers.size(); ++kind) {
    double const layers = real(stage.layers[kind]);
    add_block(terms, cost.kinds[kind], micro_batches * layers);
    backward_s += layers * cost.kinds[kind].backward_s();
    host_s += layers * cost.kinds[kind].host_s;
  }
  if (stage.has_embedding) add_block(terms, cost.embedding, micro_batches);
  if (stage.has_embedding) backward_s += cost.embedding.backward_s();
  if (stage.has_head) {
    add_block(terms, cost.head, micro_batches);
    add_block(terms, cost.multi_token, micro_batches);
    backward_s += cost.head.backward_s() + cost.multi_token.backward_s();
    host_s += cost.multi_token.host_s;
  }
  terms.pipeline_bubble_s = pipeline_bubble_s(context.job, context.plan, pace);
  terms.pipeline_transfer_s = pipeline_transfer_s(context);

  auto const parameters = stage_parameters(facts.parts, stage, context.plan);
  double const ends = end_parameters(facts.parts, stage) / real(context.plan.tensor_parallel);
  terms.data_parallel_exposed_s =
      data_parallel_cost_s(context, {parameters, real(stage.layer_count()), pace.slowest_s, backward_s, ends});
  terms.optimizer_s = context.plan.offload == Offload::none
                          ? optimizer_cost_s(context, parameters.trained)
                          : offload_cost_s(context, {parameters, pace.slowest_s, backward_s});
  terms.elementwise_s += micro_batches * accumulation_cost_s(context, parameters);

  terms.other_s = micro_batches * host_s;
  terms.other_s += jitter_s(context, terms.total_s());
  return terms;
}

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
  ModelFacts const facts = model_facts(job, plan);
  ModelCost const cost = model_cost(context);
  auto const stages = stage_layout(job.model, plan, context.framework);
  PipelinePace const pace = pipeline_pace(stages, cost);
  StepTerms const terms = step_terms(context, facts, cost, stages, pace);
  double const step_s = terms.total_s();
  double const devices = real(plan.device_count());

  StepEstimate estimate;
  estimate.plan = plan;
  estimate.terms = terms;
  estimate.pacing_stage = pace.slowest;
  estimate.tokens_per_s_per_device = real(plan.global_batch) * real(job.sequence_length) / step_s / devices;
  estimate.model_flops_per_s_per_device =
      model_flops_per_step(job) * real(plan.global_batch) / real(job.global_batch) / step_s / devices;
  GemmRates const& rates = gemm_rates(machine, job.precision);
  if (rates.peak_flops_per_s > 0)
    estimate.mfu_of_dense_peak = estimate.model_flops_per_s_per_device / rates.peak_flops_per_s;
  estimate.mfu_of_measured_plateau = estimate.model_flops_per_s_per_device / rates.plateau_flops_per_s;
  estimate.memory = estimate_memory(job, plan, machine, options);

  auto const uncertainty = step_uncertainty(job, plan, machine, options, cost.extrapolated());
  estimate.log_sigma = uncertainty.log_sigma;
  estimate.doubts = uncertainty.doubts;
  estimate.flags = uncertainty.flags;
  estimate.step_time_s = interval_around(step_s, uncertainty.log_sigma);
  if (options.calibration)
    apply(correction(*options.calibration, run_traits(job, plan, options.framework, uncertainty.doubts)), estimate);
  return estimate;
}

double paced_step_s(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                    EstimateOptions const& options, std::size_t pacing_stage) {
  CostContext const context{job, plan, machine, options, framework_traits(options.framework)};
  ModelCost const cost = model_cost(context);
  auto const stages = stage_layout(job.model, plan, context.framework);
  auto const pace = pipeline_pace(stages, cost, pacing_stage);
  return step_terms(context, model_facts(job, plan), cost, stages, pace).total_s();
}

}  // namespace hpcadvise::advisor
