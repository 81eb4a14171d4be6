// SPDX-License-Identifier: Apache-2.0
#include "profiles/sample_json.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace hpcadvise::profiles {
namespace {

using nlohmann::ordered_json;

// Clocks resolve no more than six digits of a reading, and the readings are most of the file. Not the median and the
// interval: they are written in full.
double six_digits(double value) { return std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr); }

ordered_json pass_to_json(Pass const& pass) {
  return {{"median_s", pass.median_s}, {"low_s", pass.low_s},          {"high_s", pass.high_s},
          {"count", pass.count},       {"stop", to_string(pass.stop)}, {"calls_per_reading", pass.calls_per_reading}};
}

ordered_json timing_to_json(Timing const& timing) {
  ordered_json readings_s = ordered_json::array();
  for (double const reading_s : timing.readings_s) readings_s.push_back(six_digits(reading_s));
  ordered_json object{
      {"median_s", timing.median_s},
      {"low_s", timing.low_s},
      {"high_s", timing.high_s},
      {"minimum_s", timing.minimum_s},
      {"p10_s", timing.p10_s},
      {"p25_s", timing.p25_s},
      {"p75_s", timing.p75_s},
      {"p90_s", timing.p90_s},
      {"count", timing.count},
      {"calls_per_reading", timing.calls_per_reading},
      {"total_s", timing.total_s},
      {"stop", to_string(timing.stop)},
      {"readings_s", std::move(readings_s)},
  };
  for (Pass const& pass : timing.passes) object["passes"].push_back(pass_to_json(pass));
  if (timing.widened_by) object["widened_by"] = to_string(*timing.widened_by);
  return object;
}

void check_interval(JsonNode const& object, double low_s, double median_s, double high_s) {
  if (!(low_s <= median_s && median_s <= high_s))
    object.fail("the median lies outside its interval: low_s, median_s and high_s must not fall");
}

Pass pass_from_json(JsonNode const& object) {
  Pass const pass{.median_s = object.at("median_s").number_from(0),
                  .low_s = object.at("low_s").number_from(0),
                  .high_s = object.at("high_s").number_from(0),
                  .count = object.at("count").integer(0),
                  .calls_per_reading = object.at("calls_per_reading").integer(1),
                  .stop = object.at("stop").one_of(stop_reason_from_string)};
  check_interval(object, pass.low_s, pass.median_s, pass.high_s);
  return pass;
}

Timing timing_from_json(JsonNode const& object) {
  auto const seconds = [&](std::string_view key) { return object.at(key).number_from(0); };
  Timing timing;
  timing.median_s = seconds("median_s");
  timing.low_s = seconds("low_s");
  timing.high_s = seconds("high_s");
  timing.minimum_s = seconds("minimum_s");
  timing.p10_s = seconds("p10_s");
  timing.p25_s = seconds("p25_s");
  timing.p75_s = seconds("p75_s");
  timing.p90_s = seconds("p90_s");
  timing.count = object.at("count").integer(0);
  timing.calls_per_reading = object.at("calls_per_reading").integer(1);
  timing.total_s = seconds("total_s");
  timing.stop = object.at("stop").one_of(stop_reason_from_string);
  timing.readings_s = object.at("readings_s").numbers_from(0);
  if (auto const passes = object.find("passes"))
    for (JsonNode const& pass : passes->elements()) timing.passes.push_back(pass_from_json(pass));
  if (auto const by = object.find("widened_by")) timing.widened_by = by->one_of(widened_by_from_string);
  check_interval(object, timing.low_s, timing.median_s, timing.high_s);
  if (timing.minimum_s > timing.median_s) object.fail("minimum_s is above median_s");
  return timing;
}

ordered_json rates_to_json(std::map<std::string, Rate> const& rates) {
  ordered_json object = ordered_json::object();
  for (auto const& [name, rate] : rates)
    object[name] = {{"median", rate.median}, {"low", rate.low}, {"high", rate.high}};
  return object;
}

Rate rate_from_json(JsonNode const& object) {
  Rate const rate{.median = object.at("median").number_from(0),
                  .low = object.at("low").number_from(0),
                  .high = object.at("high").number_from(0)};
  if (!(rate.low <= rate.median && rate.median <= rate.high))
    object.fail("the median lies outside its interval: low, median and high must not fall");
  return rate;
}

ParameterValue parameter_from_json(JsonNode const& node) {
  if (node.value().is_boolean()) return node.boolean();
  if (node.value().is_number_integer()) return node.integer();
  if (node.value().is_number()) return node.number();
  if (node.value().is_string()) return node.text();
  node.fail("expected a number, a string, true or false");
}

}  // namespace

ordered_json parameters_to_json(Parameters const& parameters) {
  ordered_json object = ordered_json::object();
  for (auto const& [name, parameter] : parameters)
    std::visit([&, &key = name](auto const& value) { object[key] = value; }, parameter);
  return object;
}

Parameters parameters_from_json(JsonNode const& object) {
  Parameters parameters;
  for (auto const& [name, node] : object.members()) parameters[name] = parameter_from_json(node);
  return parameters;
}

ordered_json sample_to_json(Sample const& sample) {
  ordered_json object{
      {"probe", sample.probe},
      {"provider", sample.provider},
      {"parameters", parameters_to_json(sample.parameters)},
      {"status", to_string(sample.status)},
      {"reason", sample.reason},
  };
  if (!sample.variant.empty()) object["variant"] = sample.variant;
  if (!sample.left_out.empty()) object["left_out"] = sample.left_out;
  if (sample.correctness)
    object["correctness"] = {{"relative_error", sample.correctness->relative_error},
                             {"bound", sample.correctness->bound}};
  object["work_flops"] = sample.work_flops;
  object["work_bytes"] = sample.work_bytes;
  object["rates"] = rates_to_json(sample.rates);
  if (sample.timing) object["timing"] = timing_to_json(*sample.timing);
  object["counters"] = ordered_json(sample.counters);
  object["sensors_before"] = ordered_json(sample.sensors_before);
  object["sensors_after"] = ordered_json(sample.sensors_after);
  return object;
}

Sample sample_from_json(JsonNode const& object) {
  Sample sample;
  sample.probe = object.at("probe").text();
  sample.provider = object.at("provider").text();
  sample.parameters = parameters_from_json(object.at("parameters"));
  sample.status = object.at("status").one_of(sample_status_from_string);
  sample.reason = object.at("reason").text();
  if (auto const variant = object.find("variant")) sample.variant = variant->text();
  if (auto const left_out = object.find("left_out")) sample.left_out = left_out->texts();
  if (auto const correctness = object.find("correctness"))
    sample.correctness = {.relative_error = correctness->at("relative_error").number_from(0),
                          .bound = correctness->at("bound").number_from(0)};
  sample.work_flops = object.at("work_flops").number_from(0);
  sample.work_bytes = object.at("work_bytes").number_from(0);
  for (auto const& [name, rate] : object.at("rates").members()) sample.rates[name] = rate_from_json(rate);
  if (auto const timing = object.find("timing")) sample.timing = timing_from_json(*timing);
  if (sample.status == SampleStatus::ok && !sample.timing) object.fail("its status is ok, but it has no timing");
  sample.counters = object.at("counters").numbers_by_name();
  sample.sensors_before = object.at("sensors_before").numbers_by_name();
  sample.sensors_after = object.at("sensors_after").numbers_by_name();
  return sample;
}

}  // namespace hpcadvise::profiles
