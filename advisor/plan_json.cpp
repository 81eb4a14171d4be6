// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_json.hpp"

#include "profiles/error.hpp"
#include "profiles/json_text.hpp"
#include "profiles/nearest_name.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>

namespace hpcadvise::advisor {
namespace {

using profiles::JsonNode;
using Json = nlohmann::ordered_json;

// Counts of a plan: one table serves both directions.
struct CountKey {
  char const* key;
  std::int64_t ParallelPlan::*value;
};
constexpr CountKey count_keys[] = {
    {"tensor_parallel", &ParallelPlan::tensor_parallel},
    {"pipeline_parallel", &ParallelPlan::pipeline_parallel},
    {"virtual_stages", &ParallelPlan::virtual_stages},
    {"context_parallel", &ParallelPlan::context_parallel},
    {"expert_parallel", &ParallelPlan::expert_parallel},
    {"expert_tensor_parallel", &ParallelPlan::expert_tensor_parallel},
    {"data_parallel", &ParallelPlan::data_parallel},
    {"micro_batch", &ParallelPlan::micro_batch},
    {"global_batch", &ParallelPlan::global_batch},
};

struct Found {
  JsonNode node;
  std::string which;
};

// A sweep's answers differ in what they are of, and so would the job beside the plan.
void refuse_sweep(JsonNode const& root) {
  auto const sweep = root.find("sweep");
  if (!sweep) return;
  std::vector<std::int64_t> counts;
  for (auto const& answer : sweep->elements())
    if (auto const devices = answer.find("devices")) counts.push_back(devices->integer());
  sweep->fail(fmt::format("a sweep over {} devices, not one plan", fmt::join(counts, ", ")),
              "ask advise for one of these counts, or write one of the answers in it into a file of its own");
}

Found ranked_plan(JsonNode const& root, JsonNode const& plans, std::filesystem::path const& file,
                  std::optional<std::int64_t> rank) {
  auto const estimates = plans.elements();
  if (estimates.empty())
    plans.fail("holds no plan", "where nothing fits, `nearest` is what comes closest: write its `plan` into a file");
  auto const count = static_cast<std::int64_t>(estimates.size());
  if (rank && *rank > count)
    plans.fail(fmt::format("holds {}, not a plan {}", profiles::format_counted(count, "plan"), *rank),
               fmt::format("give a number up to {}, or none for the recommended plan", count));
  auto const recommended = root.find("recommended");
  auto const index = rank ? *rank - 1 : recommended ? recommended->integer(0, count - 1) : 0;
  auto const which = fmt::format("plan {} of {}{}", index + 1, file.string(),
                                 rank          ? ""
                                 : recommended ? ", which it recommends"
                                               : ", the first, for it recommends none");
  return {estimates[static_cast<std::size_t>(index)].at("plan"), which};
}

Found find_plan(JsonNode const& root, std::filesystem::path const& file, std::optional<std::int64_t> rank) {
  refuse_sweep(root);
  if (auto const plans = root.find("plans")) return ranked_plan(root, *plans, file, rank);
  auto const node = root.find("plan").value_or(root);
  if (rank && *rank > 1)
    node.fail(fmt::format("the file holds one plan, not a plan {}", *rank), "leave the number out");
  return {node, {}};
}

// Known is what is printed.
void refuse_unknown_keys(JsonNode const& node) {
  Json const printed = plan_to_json({});
  std::vector<std::string> known;
  for (auto const& [key, value] : printed.items()) known.push_back(key);
  for (auto const& [key, value] : node.members()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    auto const nearest = profiles::nearest_name(key, known);
    value.fail(fmt::format("unknown key '{}'", key), nearest ? fmt::format("did you mean '{}'?", *nearest) : "");
  }
}

// Printed for the reader: the batch sizes decide.
void check_accumulation(JsonNode const& accumulation, ParallelPlan const& plan) {
  std::int64_t const round = plan.micro_batch * plan.data_parallel;
  if (plan.global_batch % round != 0)
    accumulation.fail(fmt::format("a global batch of {} is not a multiple of micro_batch x data_parallel = {}",
                                  plan.global_batch, round),
                      fmt::format("the next that is: {}", (plan.global_batch / round + 1) * round));
  if (accumulation.integer() != plan.gradient_accumulation())
    accumulation.fail(fmt::format("{} a step, but the batch sizes make it {}",
                                  profiles::format_counted(accumulation.integer(), "micro-batch", "micro-batches"),
                                  plan.gradient_accumulation()),
                      "leave it out, or correct global_batch, micro_batch or data_parallel");
}

ParallelPlan plan_from_node(JsonNode const& node) {
  refuse_unknown_keys(node);
  ParallelPlan plan;
  for (auto const& row : count_keys) {
    if (auto const count = node.find(row.key)) plan.*row.value = count->integer(1, largest_plan_number);
  }
  if (auto const word = node.find("sharding")) plan.sharding = word->one_of(sharding_from_string);
  if (auto const word = node.find("recompute")) plan.recompute = word->one_of(recompute_from_string);
  if (auto const word = node.find("schedule")) plan.schedule = word->one_of(schedule_from_string);
  if (auto const flag = node.find("sequence_parallel")) plan.sequence_parallel = flag->boolean();
  if (auto const word = node.find("offload")) plan.offload = word->one_of(offload_from_string);
  if (auto const word = node.find("context_exchange"))
    plan.context_exchange = word->one_of(context_exchange_from_string);
  if (auto const count = node.find("shard_group")) plan.shard_group = count->integer(1, largest_plan_number);
  if (auto const count = node.find("recompute_interval"))
    plan.recompute_interval = count->integer(1, largest_plan_number);
  try {
    complete(plan, node.find("global_batch").has_value());
  } catch (profiles::UsageError const& error) {
    node.fail(error.what(), error.next_step());
  }
  if (auto const accumulation = node.find("gradient_accumulation")) check_accumulation(*accumulation, plan);
  return plan;
}

}  // namespace

Json plan_to_json(ParallelPlan const& plan) {
  Json json = Json::object();
  for (auto const& row : count_keys) json[row.key] = plan.*row.value;
  json["sharding"] = to_string(plan.sharding);
  json["gradient_accumulation"] = plan.gradient_accumulation();
  json["recompute"] = to_string(plan.recompute);
  json["sequence_parallel"] = plan.sequence_parallel;
  json["recompute_interval"] = plan.recompute_interval;
  json["shard_group"] = plan.shard_group > 0 ? plan.shard_group : plan.data_parallel;
  json["context_exchange"] = to_string(plan.context_exchange);
  json["offload"] = to_string(plan.offload);
  json["schedule"] = to_string(plan.schedule);
  return json;
}

PlanInFile parallel_plan_from_json(std::string_view text, std::filesystem::path const& file,
                                   std::optional<std::int64_t> rank) {
  PlanInFile result;
  profiles::read_json(text, file, "docs/plan_format.md lists the keys of a plan and their values",
                      [&](JsonNode const& root) {
                        auto const found = find_plan(root, file, rank);
                        result = {plan_from_node(found.node), found.which};
                      });
  return result;
}

}  // namespace hpcadvise::advisor
