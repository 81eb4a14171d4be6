// SPDX-License-Identifier: Apache-2.0
#include "invented_profile.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/error.hpp"
#include "profiles/profile_file.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

using namespace hpcadvise::profiles;
using nlohmann::json;
using namespace nlohmann::literals;

namespace {

// Objects take no keys but those that they list.
void close_objects(json& schema) {
  if (!schema.is_structured()) return;
  bool const is_object = schema.is_object() && schema.contains("properties") && schema.contains("type");
  if (is_object) schema["additionalProperties"] = false;
  for (json& inner : schema) close_objects(inner);
}

class ShippedSchema {
 public:
  explicit ShippedSchema(bool closed = false) {
    json document = json::parse(machine_profile_schema());
    if (closed) close_objects(document);
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(document), schema_);
  }
  // The first, or nothing.
  std::string violation(json const& document) const {
    valijson::Validator validator;
    valijson::ValidationResults results;
    if (validator.validate(schema_, valijson::adapters::NlohmannJsonAdapter(document), &results)) return "";
    valijson::ValidationResults::Error error;
    results.popError(error);
    return error.description;
  }

 private:
  valijson::Schema schema_;
};

std::string violation(json const& document) { return ShippedSchema().violation(document); }

// Of what we write every key is in the schema.
std::string closed_violation(json const& document) { return ShippedSchema(true).violation(document); }

// Of every value in a document, and of all that holds it.
std::set<std::string> all_places(json const& document) {
  std::set<std::string> places;
  json const leaves = document.flatten();
  for (auto const& [place, value] : leaves.items())
    for (json::json_pointer pointer(place); !pointer.empty(); pointer.pop_back()) places.insert(pointer.to_string());
  return places;
}

std::string refusal(json const& document) {
  try {
    profile_from_json(document.dump(), "p.json");
    return "";
  } catch (FileError const& error) {
    return error.what();
  }
}

std::string violation_after(std::function<void(json&)> const& change) {
  json document = json::parse(profile_to_json(invented_profile()));
  change(document);
  return violation(document);
}

// Every name below a "properties" of the schema.
void collect_keys(json const& schema, std::set<std::string>& keys) {
  if (!schema.is_structured()) return;
  if (schema.is_object() && schema.contains("properties"))
    for (auto const& [key, value] : schema["properties"].items()) keys.insert(key);
  for (json const& inner : schema) collect_keys(inner, keys);
}

// Every name in backticks in the first column of a table.
std::set<std::string> documented_keys() {
  std::string const page = read_text_file(HPCADVISE_TEST_DATA "/../docs/profile_format.md");
  std::regex const row("\\n\\| `([a-z0-9_]+)` \\|");
  std::set<std::string> keys;
  for (std::sregex_iterator match(page.begin(), page.end(), row), end; match != end; ++match) keys.insert((*match)[1]);
  return keys;
}

}  // namespace

TEST_CASE("Every profile that is written obeys the schema", "[profile][schema]") {
  SECTION("with everything in it") { CHECK(closed_violation(json::parse(profile_to_json(invented_profile()))) == ""); }
  SECTION("with nothing measured yet") {
    MachineProfile profile = invented_profile();
    profile.samples.clear();
    profile.sentinels.clear();
    profile.sensors.clear();
    profile.findings.clear();
    CHECK(closed_violation(json::parse(profile_to_json(profile))) == "");
  }
  SECTION("with nothing known at all") {
    CHECK(closed_violation(json::parse(profile_to_json(MachineProfile{}))) == "");
  }
  SECTION("with a sample of each status") {
    MachineProfile profile = invented_profile();
    for (int i = 1; i <= int(SampleStatus::skipped); ++i) {
      Sample& sample = profile.samples.emplace_back(profile.samples.back());
      sample.status = SampleStatus(i);
      sample.correctness.reset();
    }
    CHECK(closed_violation(json::parse(profile_to_json(profile))) == "");
  }
}

TEST_CASE("The schema refuses what the format does not have", "[profile][schema]") {
  auto const parameters = "/samples/0/parameters"_json_pointer;
  CHECK(violation_after([](json& p) { p["schema_version"] = 2; }) != "");
  CHECK(violation_after([](json& p) { p.erase("budget"); }) != "");
  CHECK(violation_after([](json& p) { p["provenance"]["started_utc"] = "yesterday"; }) != "");
  CHECK(violation_after([](json& p) { p["host"]["peak"]["fp31"] = p["host"]["peak"]["fp32"]; }) != "");
  CHECK(violation_after([](json& p) { p["samples"][0]["timing"]["p10_s"] = -1; }) != "");
  CHECK(violation_after([](json& p) { p["samples"][0].erase("timing"); }) != "");
  CHECK(violation_after([](json& p) { p["samples"][0]["reason"] = "why"; }) != "");
  CHECK(violation_after([](json& p) { p["samples"].back()["reason"] = ""; }) != "");
  CHECK_FALSE(violation_after([](json& p) {
                p["samples"][0]["rates"]["speed"] = p["samples"][0]["rates"]["flops_per_s"];
              }).empty());
  CHECK(violation_after([&](json& p) { p[parameters].erase("k"); }) != "");
  CHECK(violation_after([&](json& p) { p[parameters]["m"] = 0; }) != "");
  CHECK(violation_after([&](json& p) { p[parameters]["precision"] = "float"; }) != "");
  CHECK(violation_after([](json& p) { p["samples"][1]["parameters"]["direction"] = "sideways"; }) != "");
  CHECK(violation_after([](json& p) { p["samples"][2]["parameters"]["level"] = "shelf"; }) != "");
  CHECK(violation_after([](json& p) { p["samples"][3]["parameters"].erase("kind"); }) != "");
  CHECK(violation_after([](json& p) { p["samples"][3]["parameters"]["count"] = 0; }) != "");
  CHECK(violation_after([](json& p) { p["samples"][4]["parameters"]["rank_count"] = 1; }) != "");
  CHECK(violation_after([](json& p) { p["samples"][6]["parameters"]["direction"] = "up"; }) != "");
  CHECK(violation_after([](json& p) { p["samples"][6]["parameters"]["memory"] = "borrowed"; }) != "");
  CHECK(violation_after([](json& p) { p["samples"][7]["parameters"]["peer"] = -1; }) != "");
  CHECK(violation_after([](json& p) { p["samples"][8]["parameters"].erase("precision"); }) != "");
  CHECK(violation_after([](json& p) { p["samples"][8]["parameters"].erase("gemm_provider"); }) != "");
  CHECK(violation_after([](json& p) { p["samples"][8]["parameters"].erase("placement"); }) != "");
  CHECK(violation_after([](json& p) { p["samples"][9]["parameters"].erase("precision"); }) != "");
}

TEST_CASE("A probe that the schema does not know may have any parameters", "[profile][schema]") {
  CHECK(violation_after([](json& p) { p["samples"][5]["parameters"] = {{"any_bytes", 1}, {"kind", "x"}}; }) == "");
  CHECK(violation_after([](json& p) { p["samples"][5]["parameters"] = {{"nested", json::array()}}; }) != "");
}

TEST_CASE("Keys that are not known pass the schema and the reader", "[profile][schema]") {
  for (char const* const place : {"", "/host", "/samples/0", "/samples/0/timing", "/provenance"}) {
    INFO(place);
    json document = json::parse(profile_to_json(invented_profile()));
    document[json::json_pointer(place)]["of_tomorrow"] = {1, 2};
    CHECK(violation(document) == "");
    CHECK(refusal(document) == "");
  }
}

TEST_CASE("What the schema refuses the reader refuses, whatever is changed in a profile", "[profile][schema]") {
  ShippedSchema const schema;
  json const whole = json::parse(profile_to_json(invented_profile()));
  json const others = json::parse(R"([null, -1, 0, 1.5, "", "A-1", "2026-11-22 13:01", [], {}])");
  int refused = 0;
  auto const compare = [&](json const& changed, std::string const& what) {
    if (schema.violation(changed).empty()) return;
    ++refused;
    INFO(what);
    CHECK(refusal(changed) != "");
  };
  for (std::string const& place : all_places(whole)) {
    json::json_pointer const pointer(place);
    for (json const& other : others) {
      json changed = whole;
      changed[pointer] = other;
      compare(changed, place + " = " + other.dump());
    }
    json changed = whole;
    json& parent = changed[pointer.parent_pointer()];
    if (!parent.is_object()) continue;
    json const value = parent[pointer.back()];
    parent.erase(pointer.back());
    compare(changed, place + " erased");
    parent["Not A Name"] = value;
    compare(changed, place + " renamed");
  }
  CHECK(refused > 1000);
}

TEST_CASE("Every key of the schema is documented, and nothing else is", "[profile][schema][docs]") {
  std::set<std::string> keys;
  collect_keys(json::parse(machine_profile_schema()), keys);
  CHECK(keys.size() > 80);
  CHECK(documented_keys() == keys);
}
