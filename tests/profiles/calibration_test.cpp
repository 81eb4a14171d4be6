// SPDX-License-Identifier: Apache-2.0
#include "profiles/calibration.hpp"
#include "tests/support/temporary_folder.hpp"

#include "profiles/atomic_file.hpp"
#include "profiles/calibration_json.hpp"
#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

using namespace hpcadvise::profiles;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

Calibration invented() {
  CalibrationAnchor anchor{.plan = "tp=2,dp=4",
                           .model = "small",
                           .sequence_length = 2048,
                           .precision = "bf16",
                           .device_count = 8,
                           .framework = "megatron-core",
                           .measured = {2, 1.9, 2.1},
                           .predicted = {1.8, 1.5, 2.2},
                           .log_file = "run.log",
                           .log_sha256 = std::string(64, 'a'),
                           .log_format = "megatron-lm",
                           .date_utc = "2026-11-22T13:01:00Z",
                           .tool_version = "0.1.0"};
  return {.machine = "lumi-g", .anchors = {anchor, anchor}};
}

bool obeys(json const& document) {
  json const schema_document = json::parse(calibration_schema());
  valijson::Schema schema;
  valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_document), schema);
  return valijson::Validator().validate(schema, valijson::adapters::NlohmannJsonAdapter(document), nullptr);
}

std::string refusal(std::function<void(json&)> const& change) {
  json document = calibration_to_json(invented());
  change(document);
  hpcadvise::tests::TemporaryFolder const folder;
  auto const file = folder / "calibration.json";
  write_file_atomically(file, document.dump());
  try {
    read_calibration(file);
    return "";
  } catch (FileError const& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("A calibration is written as the schema says and read back the same", "[calibration]") {
  hpcadvise::tests::TemporaryFolder const folder;
  auto const file = folder / "calibration.json";
  write_calibration(invented(), file);
  CHECK(obeys(json::parse(read_text_file(file))));
  auto const read = read_calibration(file);
  CHECK(calibration_to_json(read) == calibration_to_json(invented()));
  CHECK(obeys(calibration_to_json(Calibration{.machine = "m", .anchors = {}})));
}

TEST_CASE("A broken calibration is refused with its place", "[calibration]") {
  CHECK(refusal([](json&) {}) == "");
  CHECK_THAT(refusal([](json& j) { j.erase("calibration_schema_version"); }), ContainsSubstring("not a calibration"));
  CHECK_THAT(refusal([](json& j) { j["calibration_schema_version"] = 2; }),
             ContainsSubstring("/calibration_schema_version"));
  CHECK_THAT(refusal([](json& j) { j["anchors"][1].erase("plan"); }), ContainsSubstring("/anchors/1"));
  CHECK_THAT(refusal([](json& j) { j["anchors"][0]["measured_step_time_s"]["low"] = 0; }),
             ContainsSubstring("/anchors/0/measured_step_time_s"));
  CHECK_THAT(refusal([](json& j) { j["anchors"][0]["predicted_step_time_s"]["high"] = 1; }),
             ContainsSubstring("low <= median <= high"));
  CHECK_THAT(refusal([](json& j) { j["anchors"][0]["devices"] = 0; }), ContainsSubstring("/anchors/0/devices"));
}

TEST_CASE("What the schema of a calibration refuses the reader refuses, and keys that are not known pass both",
          "[calibration]") {
  json const whole = calibration_to_json(invented());
  json const others = json::parse(R"([null, -1, 0, "", "fp31", "2026-11-22 13:01", [], {}])");
  int refused = 0;
  auto const compare = [&](json const& changed, std::string const& what) {
    if (obeys(changed)) return;
    ++refused;
    INFO(what);
    CHECK(refusal([&](json& document) { document = changed; }) != "");
  };
  for (auto const& [key, value] : whole["anchors"][0].items()) {
    json changed = whole;
    for (json const& other : others) {
      changed["anchors"][0][key] = other;
      compare(changed, key + " = " + other.dump());
    }
    changed["anchors"][0].erase(key);
    compare(changed, key + " erased");
  }
  json nameless = whole;
  nameless["machine"] = "";
  compare(nameless, "no machine");
  CHECK(refused > 80);

  json later = whole;
  later["of_tomorrow"] = later["anchors"][0]["of_tomorrow"] = 1;
  CHECK(obeys(later));
  CHECK(refusal([&](json& document) { document = later; }) == "");
}
