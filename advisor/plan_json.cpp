// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_json.hpp"

#include "advisor/memory_verdict.hpp"
#include "profiles/error.hpp"
#include "profiles/json_text.hpp"
#include "profiles/nearest_name.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>

namespace hpcadvise::advisor {
namespace {

using profiles::JsonNode;
using Json = nlohmann::ordered_json;

Json interval_to_json(Interval const& interval) {
  return {{"median", interval.median}, {"low", interval.low}, {"high", interval.high}};
}

Json memory_to_json(MemoryEstimate const& memory) {
  return {{"weights", memory.weights_bytes},
          {"gradients", memory.gradients_bytes},
          {"optimizer", memory.optimizer_bytes},
          {"activations", memory.activations_bytes},
          {"logits", memory.logits_bytes},
          {"communication", memory.communication_bytes},
          {"runtime", memory.runtime_bytes},
          {"fragmentation", memory.fragmentation_bytes},
          {"needed", memory.needed_bytes()},
          {"total", memory.total_bytes()},
          {"capacity", memory.capacity_bytes},
          {"host", memory.host_bytes},
          {"host_capacity", memory.host_capacity_bytes > 0 ? Json(memory.host_capacity_bytes) : Json(nullptr)}};
}

Json terms_to_json(StepTerms const& terms) {
  Json json = Json::object();
  for (auto const& row : term_rows()) json[std::string(row.name)] = terms.*row.value;
  return json;
}

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

JsonNode find_plan(JsonNode const& root) {
  if (auto const plans = root.find("plans")) {
    auto const estimates = plans->elements();
    if (estimates.empty()) plans->fail("holds no plan");
    return estimates.front().at("plan");
  }
  return root.find("plan").value_or(root);
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

Json model_to_json(ModelSpec const& model) {
  auto const count = count_parameters(model);
  Json json{{"name", model.name},
            {"family", model.family},
            {"parameters", count.total},
            {"active_parameters", count.active},
            {"layers", model.layer_count},
            {"hidden_size", model.hidden_size},
            {"ffn_size", model.ffn_size},
            {"heads", model.head_count},
            {"kv_heads", model.kv_head_count},
            {"head_size", model.head_size},
            {"vocabulary_size", model.vocabulary_size}};
  if (model.experts) {
    json["experts"] = model.experts->expert_count;
    json["experts_per_token"] = model.experts->experts_per_token;
  }
  json["source"] = model.source;
  return json;
}

Json machine_to_json(Machine const& machine) {
  Json json{{"name", machine.name},
            {"origin", profiles::to_string(machine.origin)},
            {"device", machine.device},
            {"devices_per_node", machine.devices_per_node},
            {"memory_bytes", machine.memory_bytes},
            {"memory_bytes_per_s", machine.memory_bytes_per_s}};
  if (machine.network.bytes_per_s_per_device > 0)
    json["network_bytes_per_s_per_device"] = machine.network.bytes_per_s_per_device;
  json["notes"] = machine.notes;
  return json;
}

Json job_to_json(TrainingJob const& job) {
  Json json{{"sequence_length", job.sequence_length},
            {"global_batch", job.global_batch},
            {"precision", profiles::to_string(job.precision)},
            {"optimizer", job.optimizer == Optimizer::adamw ? "adamw" : "sgd_momentum"}};
  if (job.tokens) json["tokens"] = *job.tokens;
  if (job.fine_tuning) json["fine_tune"] = job.lora ? "lora" : "full";
  if (job.lora) {
    json["lora_rank"] = job.lora->rank;
    json["lora_targets"] = to_string(job.lora->targets);
  }
  json["trained_parameters"] = trainable_parameters(job);
  return json;
}

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

Json estimate_to_json(StepEstimate const& estimate) {
  return {{"plan", plan_to_json(estimate.plan)},
          {"step_time_s", interval_to_json(estimate.step_time_s)},
          {"tokens_per_s_per_device", estimate.tokens_per_s_per_device},
          {"model_flops_per_s_per_device", estimate.model_flops_per_s_per_device},
          {"mfu",
           {{"of_dense_peak", estimate.mfu_of_dense_peak}, {"of_measured_plateau", estimate.mfu_of_measured_plateau}}},
          {"terms_s", terms_to_json(estimate.terms)},
          {"memory_bytes", memory_to_json(estimate.memory)},
          {"fits", estimate.memory.fits()},
          {"memory_verdict", to_string(memory_verdict(estimate.memory))},
          {"flags", estimate.flags}};
}

Json changes_to_json(std::vector<Remedy> const& changes) {
  Json json = Json::array();
  for (Remedy const& change : changes)
    json.push_back({{"what", change.what},
                    {"devices", change.estimate.plan.device_count()},
                    {"plan", plan_to_json(change.estimate.plan)},
                    {"step_time_s", change.estimate.step_time_s.median},
                    {"relative_tokens_per_s_per_device", change.relative_rate}});
  return json;
}

Json ranked_plans_to_json(RankedPlans const& ranked) {
  Json json = Json::object();
  json["plans"] = Json::array();
  for (auto const& plan : ranked.plans) {
    Json entry = estimate_to_json(plan.estimate);
    entry["tied_with_best"] = plan.tied_with_best;
    entry["why"] = plan.why;
    json["plans"].push_back(std::move(entry));
  }
  json["pareto"] = ranked.pareto;
  if (ranked.recommended) json["recommended"] = *ranked.recommended;
  json["trade_offs"] = Json::array();
  for (auto const& plan : ranked.trade_offs) json["trade_offs"].push_back(estimate_to_json(plan.estimate));
  json["considered"] = ranked.considered;
  json["estimated"] = ranked.estimated;
  json["rejected"] = ranked.rejected;
  json["neighbours"] = Json::array();
  for (auto const& neighbour : ranked.neighbours)
    json["neighbours"].push_back({{"devices", neighbour.device_count},
                                  {"global_batch", neighbour.global_batch},
                                  {"step_time_s", neighbour.step_time_s},
                                  {"tokens_per_s", neighbour.tokens_per_s},
                                  {"why", neighbour.why}});
  if (ranked.nearest) {
    json["nearest"] = estimate_to_json(ranked.nearest->estimate);
    json["nearest"]["over_bytes"] = ranked.nearest->over_bytes;
    json["nearest"]["part"] = ranked.nearest->part;
    json["nearest"]["changes"] = changes_to_json(ranked.nearest->changes);
    json["nearest"]["remedies"] = ranked.nearest->remedies;
  }
  return json;
}

ParallelPlan parallel_plan_from_json(std::string_view text, std::filesystem::path const& file) {
  ParallelPlan plan;
  profiles::read_json(text, file, "docs/plan_format.md lists the keys of a plan and their values",
                      [&](JsonNode const& root) { plan = plan_from_node(find_plan(root)); });
  return plan;
}

}  // namespace hpcadvise::advisor
