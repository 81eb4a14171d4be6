// SPDX-License-Identifier: Apache-2.0
#pragma once

// The time of one optimizer step as a sum of named terms, with its interval.

#include "advisor/estimate_options.hpp"
#include "advisor/machine.hpp"
#include "advisor/memory_estimate.hpp"
#include "advisor/model_spec.hpp"
#include "advisor/parallel_plan.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

// Each is time on the critical path of one step.
struct StepTerms {
  double compute_s = 0;      // matrix multiplications, forward and backward
  double attention_s = 0;    // attention core
  double elementwise_s = 0;  // norms, activations, residuals, embedding, loss
  double recompute_s = 0;
  double tensor_parallel_s = 0;
  double context_parallel_s = 0;
  double expert_parallel_s = 0;
  double pipeline_bubble_s = 0;
  double pipeline_transfer_s = 0;
  double data_parallel_exposed_s = 0;
  double optimizer_s = 0;
  double other_s = 0;  // host-bound floor, jitter

  double total_s() const;
};

// The terms as a table, for printing, JSON and sensitivity: one row a term.
struct TermRow {
  std::string_view name;   // "tensor_parallel"
  std::string_view label;  // "tensor-parallel collectives"
  double StepTerms::*value;
};
std::vector<TermRow> const& term_rows();

struct Interval {
  double median = 0;
  double low = 0;   // 10th percentile
  double high = 0;  // 90th percentile
};

struct StepEstimate {
  ParallelPlan plan;
  StepTerms terms;
  Interval step_time_s;
  double tokens_per_s_per_device = 0;
  double model_flops_per_s_per_device = 0;
  double mfu_of_dense_peak = 0;
  double mfu_of_measured_plateau = 0;
  MemoryEstimate memory;
  std::size_t pacing_stage = 0;    // of the pipeline: the slowest, whose terms these are
  double log_sigma = 0;            // of the step time; the interval is median * exp(+-1.2816 log_sigma)
  profiles::Doubts doubts;         // what widens it beyond that of any plan, before calibration
  std::vector<std::string> flags;  // "extrapolated", "reference-only"
};

// Precondition: the plan is legal for the job (see plan_problem). Pure and deterministic.
StepEstimate estimate_step(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                           EstimateOptions const& options);

// The median of that before calibration, with the pace set by a given stage of the pipeline, the slowest or not:
// between two machines on which different stages are the slowest, only the same stage's time never grows with a rate.
double paced_step_s(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                    EstimateOptions const& options, std::size_t pacing_stage);

// "tensor parallel 3 does not divide 32 heads"; "tp can be 1, 2, 4, 8, 16, 32".
struct PlanProblem {
  std::string what;
  std::string next_step;

  bool empty() const { return what.empty(); }
};

// Why the plan cannot be run or estimated for this job, and what could be; empty when it can. `round`: how many
// micro-batches a virtual stage takes in turn, where a run was told so; not given: as many as there are stages.
PlanProblem plan_problem(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                         FrameworkKind framework, std::optional<std::int64_t> round = {});

}  // namespace hpcadvise::advisor
