// SPDX-License-Identifier: Apache-2.0
#pragma once

// The two answers beside a plan: which batch sizes, and what a whole run costs.

#include "advisor/batch_advice.hpp"
#include "advisor/cost_of_run.hpp"
#include "cli/section.hpp"

#include <nlohmann/json_fwd.hpp>

namespace hpcadvise::cli {

Section batch_section(advisor::BatchAdvice const& batch, advisor::TrainingJob const& job);
Section cost_section(advisor::RunCost const& cost);

nlohmann::ordered_json batch_to_json(advisor::BatchAdvice const& batch);
nlohmann::ordered_json cost_to_json(advisor::RunCost const& cost);

}  // namespace hpcadvise::cli
