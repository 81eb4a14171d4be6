// SPDX-License-Identifier: Apache-2.0
#pragma once

// Estimates and plans as JSON; docs/plan_format.md lists every key.

#include "advisor/machine.hpp"
#include "advisor/model_spec.hpp"
#include "advisor/parallel_plan.hpp"
#include "advisor/plan_search.hpp"
#include "advisor/step_estimate.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

nlohmann::ordered_json model_to_json(ModelSpec const& model);
nlohmann::ordered_json machine_to_json(Machine const& machine);
nlohmann::ordered_json job_to_json(TrainingJob const& job);
nlohmann::ordered_json plan_to_json(ParallelPlan const& plan);
nlohmann::ordered_json estimate_to_json(StepEstimate const& estimate);
nlohmann::ordered_json changes_to_json(std::vector<Remedy> const& changes);
nlohmann::ordered_json ranked_plans_to_json(RankedPlans const& ranked);

struct PlanInFile {
  ParallelPlan plan;
  std::string which;  // "plan 2 of plan.json, which it recommends"; empty where the file holds one alone
};

// A plan from a file: the `plan` object alone, an estimate that holds one, or the answer of `advise`: there the plan of
// that `rank`, 1 being the first, else the recommended one. Keys left out take the value of a plan on one device, the
// global batch the smallest that the rest can run. Throws FileError with the JSON pointer: an unknown key or word, a
// number out of range, parts that contradict, no plan of that rank.
PlanInFile parallel_plan_from_json(std::string_view text, std::filesystem::path const& file,
                                   std::optional<std::int64_t> rank = {});

}  // namespace hpcadvise::advisor
