// SPDX-License-Identifier: Apache-2.0
#pragma once

// A plan in a line: as short as a table wants it, and as --plan takes it.

#include "advisor/parallel_plan.hpp"
#include "cli/terminal.hpp"

#include <span>
#include <string>

namespace hpcadvise::cli {

// "tp=2+sp dp=64 zero1 mb=2 recompute=full/2": what differs from one device doing everything.
std::string short_plan(advisor::ParallelPlan const& plan);

// "short: mb for micro_batch; +sp for sequence_parallel=true": what short_plan() writes otherwise than --plan takes it,
// as far as it occurs in `plans`.
std::string short_forms_text(std::span<advisor::ParallelPlan const> plans);

// As --plan takes it. Where it is longer than a line, a backslash behind a comma goes on in the next, for the shell.
std::string plan_option_text(advisor::ParallelPlan const& plan, Terminal const& terminal);

}  // namespace hpcadvise::cli
