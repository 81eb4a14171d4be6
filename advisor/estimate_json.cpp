// SPDX-License-Identifier: Apache-2.0
#include "advisor/memory_verdict.hpp"
#include "advisor/plan_json.hpp"

#include <nlohmann/json.hpp>

namespace hpcadvise::advisor {
namespace {

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
            {"optimizer", to_string(job.optimizer)}};
  if (job.tokens) json["tokens"] = *job.tokens;
  if (job.fine_tuning) json["fine_tune"] = job.lora ? "lora" : "full";
  if (job.lora) {
    json["lora_rank"] = job.lora->rank;
    json["lora_targets"] = to_string(job.lora->targets);
  }
  json["trained_parameters"] = trainable_parameters(job);
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

}  // namespace hpcadvise::advisor
