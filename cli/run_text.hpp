// SPDX-License-Identifier: Apache-2.0
#pragma once

// The two answers beside a plan: which batch sizes, and what a whole run costs.

#include "advisor/batch_advice.hpp"
#include "advisor/cost_of_run.hpp"
#include "cli/terminal.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace hpcadvise::cli {

std::string batch_text(advisor::BatchAdvice const& batch, advisor::TrainingJob const& job, Terminal const& terminal);
std::string cost_text(advisor::RunCost const& cost, Terminal const& terminal);

nlohmann::ordered_json batch_to_json(advisor::BatchAdvice const& batch);
nlohmann::ordered_json cost_to_json(advisor::RunCost const& cost);

}  // namespace hpcadvise::cli
