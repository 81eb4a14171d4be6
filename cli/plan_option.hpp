// SPDX-License-Identifier: Apache-2.0
#pragma once

// `--plan`: a plan in short, or a file that holds one or several, and perhaps the job they were made for.

#include "advisor/parallel_plan.hpp"
#include "cli/job_options.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::cli {

// Of a file with several plans the recommended one; "FILE#3": the third. `global_batch` completes a plan that does not
// name one; where neither does, the smallest that the plan can run is noted in `assumed`, and so is which plan of
// several was taken.
advisor::ParallelPlan read_plan(std::string const& text, std::optional<std::int64_t> global_batch,
                                std::vector<std::string>& assumed);

// What the file beside the plan says of all else that a prediction depends on, where `options` does not: the answers of
// `advise` and `estimate` do. Nothing changes for a plan in short.
void take_job_of_plan(std::string const& text, JobOptions& options);

// What the framework does unless it is told otherwise and `text` does not tell: Megatron-Core cuts experts over all
// tensor-parallel ranks. Added to what is assumed; UsageError where only the plan without it is possible.
void take_framework_defaults(std::string const& text, advisor::ParallelPlan& plan, ResolvedJob& resolved);

// One that is not stated may have everything. Throws UsageError.
void refuse_what_framework_lacks(std::string const& text, advisor::ParallelPlan const& plan,
                                 advisor::FrameworkKind framework);

// Published runs may have a last, smaller micro-batch; who plans a run should not. Throws UsageError.
void refuse_ragged_batch(advisor::ParallelPlan const& plan);

}  // namespace hpcadvise::cli
