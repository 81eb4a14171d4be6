// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which counts of a range that is swept can be answered.

#include "cli/job_options.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::cli {

struct SweepCounts {
  std::vector<std::int64_t> counts;  // ascending
  std::string note;                  // how they differ from what was asked for; empty: not at all
};

// The ends are drawn in to full nodes and to what the machine has, a count that no plan divides is left out, and
// halfway between two comes one where it can be planned. Where none is left, and for a single count, what was asked for
// alone: the search says then what is wrong with it. Throws UsageError as device_counts and resolve_job do.
SweepCounts sweep_counts(JobOptions const& job, std::string_view devices);

}  // namespace hpcadvise::cli
