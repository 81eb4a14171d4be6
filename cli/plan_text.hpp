// SPDX-License-Identifier: Apache-2.0
#pragma once

// Plans and estimates as a person reads them.

#include "advisor/plan_search.hpp"
#include "cli/job_options.hpp"
#include "cli/table.hpp"

#include <cstdint>
#include <string>

namespace hpcadvise::cli {

// "tp=2+sp dp=64 zero1 mb=2 recompute=full/2": what differs from one device doing everything.
std::string short_plan(advisor::ParallelPlan const& plan);

// "12.3 s, P10..P90 10.1..15.0": both ends in the unit of the median.
std::string step_time_text(advisor::Interval const& step_time_s);

// Model, machine, batch, where the rates come from, what was assumed.
std::string heading_text(ResolvedJob const& resolved, std::int64_t device_count, Terminal const& terminal);
// The same where they differ: "8 to 1024 devices", "global batches below".
std::string heading_text(ResolvedJob const& resolved, std::string const& devices, std::string const& batch,
                         Terminal const& terminal);
// "global batch 1,024 (4.19 M tokens a step)"
std::string global_batch_text(advisor::TrainingJob const& job);

Table plans_table(advisor::RankedPlans const& ranked);
// Roomier or simpler plans than the recommended one, and how much slower they are than it. Precondition: there is one.
Table trade_offs_table(advisor::RankedPlans const& ranked);

// Where the time goes: one bar a term.
std::string terms_text(advisor::StepEstimate const& estimate, Terminal const& terminal);
// How much memory, whether that is a promise, and where it goes: one bar a part.
std::string memory_section(advisor::StepEstimate const& estimate, Terminal const& terminal);

// On how few published runs it rests, where the rates come from, what was taken for granted, a sentence each; and the
// same under a heading.
std::vector<std::string> basis(ResolvedJob const& resolved, advisor::StepEstimate const& estimate);
std::string basis_text(ResolvedJob const& resolved, advisor::StepEstimate const& estimate, Terminal const& terminal);

// Bullets, each wrapped to the terminal.
std::string bullets(std::vector<std::string> const& sentences, Terminal const& terminal);

}  // namespace hpcadvise::cli
