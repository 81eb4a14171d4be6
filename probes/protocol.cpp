// SPDX-License-Identifier: Apache-2.0
#include "probes/protocol.hpp"

#include "profiles/error.hpp"
#include "profiles/gpu_json.hpp"
#include "profiles/json_text.hpp"
#include "profiles/sample_json.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <utility>

namespace hpcadvise::probes {
namespace {

using nlohmann::ordered_json;
using profiles::JsonNode;

// A sample with all its readings has some kilobytes; what is far longer is not one of ours.
constexpr std::size_t most_line_bytes = 16u << 20;

struct EventToJson {
  ordered_json operator()(HelloEvent const& event) const {
    ordered_json sensors = ordered_json::array();
    for (auto const& sensor : event.sensors)
      sensors.push_back({{"name", sensor.name}, {"available", sensor.available}, {"reason", sensor.reason}});
    ordered_json object{{"event", "hello"},
                        {"runner", event.runner},
                        {"backend", event.backend},
                        {"thread_count", event.thread_count},
                        {"rank_count", event.rank_count},
                        {"ranks_a_node", event.ranks_a_node},
                        {"providers", event.providers},
                        {"libraries", event.libraries},
                        {"compiler", event.compiler},
                        {"build_type", event.build_type},
                        {"clock_resolution_s", event.clock_resolution_s},
                        {"sensors", std::move(sensors)},
                        {"environment", event.environment}};
    if (!event.gpu) return object;
    object["device_name"] = event.device_name;
    object["gpu"] = profiles::gpu_to_json(*event.gpu);
    object["visible_devices"] = event.visible_devices;
    return object;
  }
  ordered_json operator()(StartEvent const& event) const {
    return {{"event", "start"}, {"request_id", event.request_id}};
  }
  ordered_json operator()(SampleEvent const& event) const {
    return {{"event", "sample"}, {"request_id", event.request_id}, {"sample", profiles::sample_to_json(event.sample)}};
  }
  ordered_json operator()(DoneEvent const&) const { return {{"event", "done"}}; }
  ordered_json operator()(GarbageEvent const& event) const { return {{"event", "garbage"}, {"line", event.line}}; }
};

HelloEvent hello_from_json(JsonNode const& object) {
  HelloEvent event{.runner = object.at("runner").text(),
                   .backend = object.at("backend").text(),
                   .thread_count = object.at("thread_count").small_integer(1),
                   .rank_count = object.at("rank_count").small_integer(1),
                   .ranks_a_node = object.at("ranks_a_node").small_integer(1),
                   .providers = object.at("providers").texts(),
                   .libraries = {},
                   .compiler = object.at("compiler").text(),
                   .build_type = object.at("build_type").text(),
                   .clock_resolution_s = object.at("clock_resolution_s").number_from(0),
                   .sensors = {},
                   .environment = {}};
  event.libraries = object.at("libraries").texts_by_name();
  if (auto const environment = object.find("environment")) event.environment = environment->texts_by_name();
  if (auto const gpu = object.find("gpu")) {
    event.gpu = profiles::gpu_from_json(*gpu);
    event.device_name = object.at("device_name").text();
    event.visible_devices = object.at("visible_devices").texts();
  }
  for (auto const& sensor : object.at("sensors").elements())
    event.sensors.push_back({.name = sensor.at("name").text(),
                             .available = sensor.at("available").boolean(),
                             .reason = sensor.at("reason").text()});
  return event;
}

Event event_from_json(JsonNode const& object) {
  auto const event = object.at("event").text();
  if (event == "hello") return hello_from_json(object);
  if (event == "start") return StartEvent{object.at("request_id").integer()};
  if (event == "sample")
    return SampleEvent{object.at("request_id").integer(), profiles::sample_from_json(object.at("sample"))};
  if (event == "done") return DoneEvent{};
  object.at("event").fail("not an event");
}

ordered_json rule_to_json(StoppingRule const& rule) {
  return {{"target_half_width", rule.target_half_width},
          {"max_total_s", rule.max_total_s},
          {"min_readings", rule.min_readings},
          {"max_readings", rule.max_readings}};
}

ordered_json ranks_to_json(Ranks const& ranks) {
  return {{"placement", to_string(ranks.placement)},
          {"rank_count", ranks.rank_count},
          {"ranks_a_node", ranks.ranks_a_node}};
}

Ranks ranks_from_json(JsonNode const& object) {
  auto const placement = placement_from_string(object.at("placement").text());
  if (!placement) object.at("placement").fail("not a placement");
  return {.placement = *placement,
          .rank_count = object.at("rank_count").small_integer(1),
          .ranks_a_node = object.at("ranks_a_node").small_integer(1)};
}

double positive_number(JsonNode const& node) {
  double const value = node.number();
  if (!(value > 0)) node.fail("must be above zero");
  return value;
}

StoppingRule rule_from_json(JsonNode const& object) {
  return {.target_half_width = positive_number(object.at("target_half_width")),
          .max_total_s = positive_number(object.at("max_total_s")),
          .min_readings = object.at("min_readings").small_integer(1),
          .max_readings = object.at("max_readings").small_integer(1)};
}

SampleRequest request_from_json(JsonNode const& object) {
  return {.id = object.at("id").integer(),
          .probe = object.at("probe").text(),
          .provider = object.at("provider").text(),
          .parameters = profiles::parameters_from_json(object.at("parameters")),
          .rule = rule_from_json(object.at("rule")),
          .timeout_s = object.at("timeout_s").number_from(0),
          .expected_s = object.at("expected_s").number_from(0),
          .ranks = ranks_from_json(object.at("ranks")),
          .sentinel = object.at("sentinel").boolean()};
}

}  // namespace

std::string event_to_line(Event const& event) {
  // Bytes that are not UTF-8 (a file name, an environment variable) become the replacement character: a line is
  // always readable.
  return std::visit(EventToJson{}, event).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Event event_from_line(std::string_view line) {
  if (line.size() > most_line_bytes) return GarbageEvent{std::string(line.substr(0, 1024))};
  Event event = GarbageEvent{std::string(line)};
  try {
    profiles::read_json(line, "runner", "", [&](JsonNode const& root) { event = event_from_json(root); });
  } catch (profiles::FileError const&) {
    return GarbageEvent{std::string(line)};
  }
  return event;
}

std::string plan_to_json(SamplePlan const& plan) {
  ordered_json requests = ordered_json::array();
  for (auto const& request : plan.requests)
    requests.push_back({{"id", request.id},
                        {"probe", request.probe},
                        {"provider", request.provider},
                        {"parameters", profiles::parameters_to_json(request.parameters)},
                        {"rule", rule_to_json(request.rule)},
                        {"timeout_s", request.timeout_s},
                        {"expected_s", request.expected_s},
                        {"ranks", ranks_to_json(request.ranks)},
                        {"sentinel", request.sentinel}});
  return ordered_json{{"requests", std::move(requests)}, {"dropped", plan.dropped}}.dump(2) + "\n";
}

SamplePlan plan_from_json(std::string_view text, std::filesystem::path const& file) {
  SamplePlan plan;
  profiles::read_json(text, file, "write the plan again with `hpcadvise probe`", [&](JsonNode const& root) {
    for (auto const& request : root.at("requests").elements()) plan.requests.push_back(request_from_json(request));
    plan.dropped = root.at("dropped").texts();
  });
  return plan;
}

}  // namespace hpcadvise::probes
