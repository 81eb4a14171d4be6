// SPDX-License-Identifier: Apache-2.0
#include "profiles/profile_sections.hpp"

#include "profiles/gpu_json.hpp"
#include "profiles/text_forms.hpp"

#include <nlohmann/json.hpp>

namespace hpcadvise::profiles {
namespace {

// Empty in a profile that no run has filled.
std::string utc_time_if_known(JsonNode const& node) { return node.text().empty() ? "" : utc_time_text(node); }

}  // namespace

using nlohmann::ordered_json;

ordered_json provenance_to_json(Provenance const& provenance) {
  ordered_json json{
      {"tool_version", provenance.tool_version},
      {"git_commit", provenance.git_commit},
      {"compiler", provenance.compiler},
      {"build_type", provenance.build_type},
      {"runner", provenance.runner},
      {"libraries", ordered_json(provenance.libraries)},
      {"command_line", provenance.command_line},
      {"started_utc", provenance.started_utc},
      {"finished_utc", provenance.finished_utc},
      {"environment", ordered_json(provenance.environment)},
  };
  if (provenance.clock_resolution_s) json["clock_resolution_s"] = *provenance.clock_resolution_s;
  return json;
}

Provenance provenance_from_json(JsonNode const& object) {
  Provenance provenance{
      .tool_version = object.at("tool_version").text(),
      .git_commit = object.at("git_commit").text(),
      .compiler = object.at("compiler").text(),
      .build_type = object.at("build_type").text(),
      .runner = object.at("runner").text(),
      .libraries = object.at("libraries").texts_by_name(),
      .command_line = object.at("command_line").text(),
      .started_utc = utc_time_if_known(object.at("started_utc")),
      .finished_utc = utc_time_if_known(object.at("finished_utc")),
      .environment = object.at("environment").texts_by_name(),
  };
  if (auto const step = object.find("clock_resolution_s")) provenance.clock_resolution_s = step->number_from(0);
  return provenance;
}

ordered_json device_to_json(MeasuredDevice const& device) {
  ordered_json object{{"backend", device.backend}, {"name", device.name}, {"thread_count", device.thread_count}};
  if (device.gpu) object["gpu"] = gpu_to_json(*device.gpu);
  return object;
}

MeasuredDevice device_from_json(JsonNode const& object) {
  MeasuredDevice device{.backend = one_of_texts(object.at("backend"), {"host", "cuda", "hip"}),
                        .name = object.at("name").text(),
                        .thread_count = object.at("thread_count").small_integer(1)};
  if (auto const gpu = object.find("gpu")) device.gpu = gpu_from_json(*gpu);
  return device;
}

ordered_json budget_to_json(Budget const& budget) {
  ordered_json object{{"asked_s", budget.asked_s},
                      {"used_s", budget.used_s},
                      {"planned", budget.planned},
                      {"measured", budget.measured},
                      {"converged", budget.converged}};
  if (budget.within_2_percent) object["within_2_percent"] = *budget.within_2_percent;
  return object;
}

Budget budget_from_json(JsonNode const& object) {
  Budget budget{.asked_s = object.at("asked_s").number_from(0),
                .used_s = object.at("used_s").number_from(0),
                .planned = object.at("planned").integer(0),
                .measured = object.at("measured").integer(0),
                .converged = object.at("converged").integer(0)};
  if (auto const count = object.find("within_2_percent")) budget.within_2_percent = count->integer(0);
  return budget;
}

ordered_json sensor_to_json(Sensor const& sensor) {
  return {{"name", sensor.name}, {"available", sensor.available}, {"reason", sensor.reason}};
}

Sensor sensor_from_json(JsonNode const& object) {
  return {.name = filled_text(object.at("name")),
          .available = object.at("available").boolean(),
          .reason = object.at("reason").text()};
}

ordered_json sentinel_to_json(Sentinel const& sentinel) {
  return {{"sample_key", sentinel.sample_key},
          {"medians_s", ordered_json(sentinel.medians_s)},
          {"at_s", ordered_json(sentinel.at_s)},
          {"drift", sentinel.drift},
          {"drifted", sentinel.drifted}};
}

Sentinel sentinel_from_json(JsonNode const& object) {
  Sentinel sentinel{.sample_key = filled_text(object.at("sample_key")),
                    .medians_s = object.at("medians_s").numbers_from(0),
                    .at_s = object.at("at_s").numbers_from(0),
                    .drift = object.at("drift").number_from(0),
                    .drifted = object.at("drifted").boolean()};
  if (sentinel.medians_s.size() != sentinel.at_s.size()) object.fail("medians_s and at_s differ in length");
  return sentinel;
}

ordered_json finding_to_json(Finding const& finding) {
  return {{"kind", finding.kind}, {"severity", to_string(finding.severity)},
          {"seen", finding.seen}, {"expected", finding.expected},
          {"cost", finding.cost}, {"next_step", finding.next_step}};
}

Finding finding_from_json(JsonNode const& object) {
  return {.kind = filled_text(object.at("kind")),
          .severity = object.at("severity").one_of(severity_from_string),
          .seen = object.at("seen").text(),
          .expected = object.at("expected").text(),
          .cost = object.at("cost").text(),
          .next_step = object.at("next_step").text()};
}

}  // namespace hpcadvise::profiles
