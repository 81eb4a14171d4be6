// SPDX-License-Identifier: Apache-2.0
#include "profiles/calibration.hpp"

#include "profiles/atomic_file.hpp"
#include "profiles/calibration_json.hpp"
#include "profiles/embedded_files.hpp"
#include "profiles/json_text.hpp"
#include "profiles/precision.hpp"
#include "profiles/text_forms.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace hpcadvise::profiles {
namespace {

using nlohmann::ordered_json;

ordered_json interval_to_json(TimeInterval const& interval) {
  return {{"median", interval.median_s}, {"low", interval.low_s}, {"high", interval.high_s}};
}

TimeInterval interval_from_json(JsonNode const& object) {
  TimeInterval const interval{.median_s = object.at("median").number(),
                              .low_s = object.at("low").number(),
                              .high_s = object.at("high").number()};
  if (!(interval.low_s > 0 && interval.low_s <= interval.median_s && interval.median_s <= interval.high_s))
    object.fail("expected 0 < low <= median <= high");
  return interval;
}

Doubts doubts_from_json(JsonNode const& object) {
  Doubts doubts;
  for (auto const& [name, value] : object.members()) doubts[name] = value.number_from(0);
  return doubts;
}

ordered_json anchor_to_json(CalibrationAnchor const& anchor) {
  ordered_json object{{"plan", anchor.plan}, {"model", anchor.model}};
  if (anchor.parameter_count) object["parameters"] = *anchor.parameter_count;
  object.update({{"sequence_length", anchor.sequence_length},
                 {"precision", anchor.precision},
                 {"devices", anchor.device_count},
                 {"framework", anchor.framework},
                 {"measured_step_time_s", interval_to_json(anchor.measured)},
                 {"predicted_step_time_s", interval_to_json(anchor.predicted)},
                 {"doubts_log_sigma", anchor.doubts},
                 {"log_file", anchor.log_file},
                 {"log_sha256", anchor.log_sha256},
                 {"log_format", anchor.log_format},
                 {"date_utc", anchor.date_utc},
                 {"tool_version", anchor.tool_version}});
  return object;
}

CalibrationAnchor anchor_from_json(JsonNode const& object) {
  auto const parameters = object.find("parameters");
  auto const doubts = object.find("doubts_log_sigma");
  return {.plan = filled_text(object.at("plan")),
          .model = object.at("model").text(),
          .parameter_count = parameters ? std::optional(parameters->number_from(1)) : std::nullopt,
          .sequence_length = object.at("sequence_length").integer(1),
          .precision = std::string(to_string(object.at("precision").one_of(precision_from_string))),
          .device_count = object.at("devices").integer(1),
          .framework = filled_text(object.at("framework")),
          .measured = interval_from_json(object.at("measured_step_time_s")),
          .predicted = interval_from_json(object.at("predicted_step_time_s")),
          .doubts = doubts ? doubts_from_json(*doubts) : Doubts{},
          .log_file = object.at("log_file").text(),
          .log_sha256 = hex_text(object.at("log_sha256"), 64),
          .log_format = object.at("log_format").text(),
          .date_utc = utc_time_text(object.at("date_utc")),
          .tool_version = object.at("tool_version").text()};
}

}  // namespace

ordered_json calibration_to_json(Calibration const& calibration) {
  ordered_json anchors = ordered_json::array();
  for (auto const& anchor : calibration.anchors) anchors.push_back(anchor_to_json(anchor));
  return {{"calibration_schema_version", calibration_schema_version},
          {"machine", calibration.machine},
          {"anchors", std::move(anchors)}};
}

Calibration calibration_from_json(JsonNode const& object) {
  auto const version = object.find("calibration_schema_version");
  if (!version) object.fail("not a calibration: the key 'calibration_schema_version' is missing");
  if (version->integer() != calibration_schema_version)
    version->fail(fmt::format("calibration_schema_version {}; this hpcadvise reads {}", version->integer(),
                              calibration_schema_version),
                  "read it with the version of hpcadvise that wrote it");
  Calibration calibration{.machine = filled_text(object.at("machine")), .anchors = {}};
  for (JsonNode const& anchor : object.at("anchors").elements())
    calibration.anchors.push_back(anchor_from_json(anchor));
  return calibration;
}

Calibration read_calibration(std::filesystem::path const& file) {
  Calibration calibration;
  read_json(read_text_file(file), file, "write one with `hpcadvise verify --calibrate`; docs/verify.md describes it",
            [&](JsonNode const& root) { calibration = calibration_from_json(root); });
  return calibration;
}

void write_calibration(Calibration const& calibration, std::filesystem::path const& file) {
  write_file_atomically(file, print_json(calibration_to_json(calibration)));
}

std::string_view calibration_schema() { return embedded_schema("calibration.schema.json"); }

}  // namespace hpcadvise::profiles
