// SPDX-License-Identifier: Apache-2.0
#pragma once

// A job in JSON: what the answers say of it, and what a plan's file brings along. Written and read here, so that a plan
// is estimated as it was advised.

#include "cli/job_options.hpp"
#include "profiles/json_node.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>

namespace hpcadvise::cli {

// `model`, `machine`, `devices`, `nodes`, `job`, `assumed` and `notes`: docs/plan_format.md.
nlohmann::ordered_json resolved_to_json(ResolvedJob const& resolved, std::int64_t device_count);

// What `answer` says of all that a prediction depends on, where `options` does not.
void take_job(profiles::JsonNode const& answer, JobOptions& options);

}  // namespace hpcadvise::cli
