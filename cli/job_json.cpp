// SPDX-License-Identifier: Apache-2.0
#include "cli/job_json.hpp"

#include "advisor/plan_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace hpcadvise::cli {
namespace {

using nlohmann::ordered_json;
using profiles::JsonNode;

// What the option said, where the name alone does not lead there: a file, the parts of a machine.
void add_given(ordered_json& json, std::string const& given) {
  if (json.at("name") != given) json["given"] = given;
}

void take_text(std::string& option, JsonNode const& object, std::string_view key) {
  if (auto const value = object.find(key); value && option.empty()) option = value->text();
}

void take_named(std::string& option, JsonNode const& answer, std::string_view key) {
  auto const object = answer.find(key);
  if (!object) return;
  take_text(option, *object, "given");
  take_text(option, *object, "name");
}

// All of it or nothing: options of one kind of job do not go with another.
void take_fine_tuning(FineTuningOptions& options, JsonNode const& job) {
  auto const kind = job.find("fine_tune");
  if (!kind || !options.kind.empty()) return;
  options.kind = kind->text();
  if (options.kind != "full" && options.kind != "lora") kind->fail("'" + options.kind + "' is neither full nor lora");
  if (options.kind == "full") return;
  if (auto const targets = job.find("lora_targets"); targets && options.lora_targets.empty())
    options.lora_targets = to_string(targets->one_of(advisor::lora_targets_from_string));
  if (auto const rank = job.find("lora_rank"); rank && !options.lora_rank) options.lora_rank = rank->integer(1);
}

void take_attention(std::string& option, JsonNode const& job) {
  auto const attention = job.find("attention");
  if (!attention || !option.empty()) return;
  option = to_string(attention->one_of(advisor::attention_kernel_from_string));
}

void take_optimizer(std::string& option, JsonNode const& job) {
  auto const optimizer = job.find("optimizer");
  if (!optimizer || !option.empty()) return;
  option = to_string(optimizer->one_of(advisor::optimizer_from_string));
}

}  // namespace

ordered_json resolved_to_json(ResolvedJob const& resolved, std::int64_t device_count) {
  ordered_json model = advisor::model_to_json(resolved.job.model);
  add_given(model, resolved.asked.model);
  ordered_json machine = advisor::machine_to_json(resolved.machine);
  add_given(machine, resolved.asked.machine);
  ordered_json job = advisor::job_to_json(resolved.job);
  if (!resolved.asked.framework.empty()) {
    job["framework"] = resolved.asked.framework;
    job["framework_kind"] = to_string(resolved.estimate.framework);
  }
  if (resolved.estimate.attention) job["attention"] = to_string(*resolved.estimate.attention);
  if (resolved.estimate.tensor_parallel_overlap) job["tp_overlap"] = *resolved.estimate.tensor_parallel_overlap;
  if (resolved.asked.calibration) job["calibration"] = resolved.asked.calibration->string();
  return {{"model", std::move(model)}, {"machine", std::move(machine)},
          {"devices", device_count},   {"nodes", resolved.machine.nodes_of(device_count)},
          {"job", std::move(job)},     {"assumed", resolved.assumed},
          {"notes", resolved.notes}};
}

void take_job(JsonNode const& answer, JobOptions& options) {
  take_named(options.model, answer, "model");
  take_named(options.machine, answer, "machine");
  auto const job = answer.find("job");
  if (!job) return;
  if (auto const length = job->find("sequence_length"); length && !options.sequence_length)
    options.sequence_length = length->integer(1);
  take_text(options.precision, *job, "precision");
  take_optimizer(options.optimizer, *job);
  take_fine_tuning(options.fine_tuning, *job);
  take_text(options.framework, *job, "framework");
  take_attention(options.attention, *job);
  if (auto const overlap = job->find("tp_overlap"); overlap && options.tensor_parallel_overlap.empty())
    options.tensor_parallel_overlap = overlap->boolean() ? "on" : "off";
  if (auto const tokens = job->find("tokens"); tokens && options.tokens.empty())
    options.tokens = fmt::format("{}", tokens->number());
  if (auto const calibration = job->find("calibration"); calibration && !options.calibration)
    options.calibration = calibration->text();
}

}  // namespace hpcadvise::cli
