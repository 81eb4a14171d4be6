// SPDX-License-Identifier: Apache-2.0
#pragma once

// Plans and estimates as a person reads them.

#include "advisor/plan_search.hpp"
#include "cli/job_options.hpp"
#include "cli/section.hpp"
#include "cli/table.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hpcadvise::cli {

// "12.3 s, P10..P90 10.1..15.0": both ends in the unit of the median.
std::string step_time_text(advisor::Interval const& step_time_s);

// Model, machine, batch, where the rates come from, what was assumed.
std::string heading_text(ResolvedJob const& resolved, std::int64_t device_count, Terminal const& terminal);
// The same where they differ: "8 to 1,024 devices", "global batches below".
std::string heading_text(ResolvedJob const& resolved, std::string const& devices, std::string const& batch,
                         Terminal const& terminal);
// The first line as a heading of Markdown, the others as bullets.
std::string heading_markdown(ResolvedJob const& resolved, std::int64_t device_count);
std::string heading_markdown(ResolvedJob const& resolved, std::string const& devices, std::string const& batch);
// "global batch 1,024 (4.19 M tokens a step)"
std::string global_batch_text(advisor::TrainingJob const& job);

Table plans_table(advisor::RankedPlans const& ranked);
// Roomier or simpler plans than the recommended one, and how much slower they are than it. Precondition: there is one.
Table trade_offs_table(advisor::RankedPlans const& ranked);

// "Step: 12.3 s, ..." and where the time goes.
Section step_section(std::string const& heading, advisor::StepEstimate const& estimate);
// How much memory, whether that is a promise, and where it goes.
Section memory_section(advisor::MemoryEstimate const& memory);

// On how few published runs it rests, where the rates come from, what was taken for granted, a sentence each.
Section basis_section(ResolvedJob const& resolved, advisor::StepEstimate const& estimate);

}  // namespace hpcadvise::cli
