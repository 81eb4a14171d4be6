// SPDX-License-Identifier: Apache-2.0
#include "invented_profile.hpp"
#include "profiles/atomic_file.hpp"
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

// The first violation of the shipped schema, or nothing.
std::string violation(json const& document) {
  json const schema_document = json::parse(machine_profile_schema());
  valijson::Schema schema;
  valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_document), schema);
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(document), &results)) return "";
  valijson::ValidationResults::Error error;
  results.popError(error);
  return error.description;
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
  SECTION("with everything in it") { CHECK(violation(json::parse(profile_to_json(invented_profile()))) == ""); }
  SECTION("with nothing measured yet") {
    MachineProfile profile = invented_profile();
    profile.samples.clear();
    profile.sentinels.clear();
    profile.sensors.clear();
    profile.findings.clear();
    CHECK(violation(json::parse(profile_to_json(profile))) == "");
  }
  SECTION("with nothing known at all") { CHECK(violation(json::parse(profile_to_json(MachineProfile{}))) == ""); }
  SECTION("with a sample of each status") {
    MachineProfile profile = invented_profile();
    for (int i = 1; i <= int(SampleStatus::skipped); ++i) {
      Sample& sample = profile.samples.emplace_back(profile.samples.back());
      sample.status = SampleStatus(i);
      sample.correctness.reset();
    }
    CHECK(violation(json::parse(profile_to_json(profile))) == "");
  }
}

TEST_CASE("The schema refuses what the format does not have", "[profile][schema]") {
  auto const parameters = "/samples/0/parameters"_json_pointer;
  CHECK(violation_after([](json& p) { p["schema_version"] = 2; }) != "");
  CHECK(violation_after([](json& p) { p.erase("budget"); }) != "");
  CHECK(violation_after([](json& p) { p["unknown"] = 1; }) != "");
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
  CHECK(violation_after([](json& p) { p["samples"][4]["parameters"]["rank_count"] = 1; }) != "");
}

TEST_CASE("A probe that the schema does not know may have any parameters", "[profile][schema]") {
  CHECK(violation_after([](json& p) { p["samples"][5]["parameters"] = {{"any_bytes", 1}, {"kind", "x"}}; }) == "");
  CHECK(violation_after([](json& p) { p["samples"][5]["parameters"] = {{"nested", json::array()}}; }) != "");
}

TEST_CASE("Every key of the schema is documented, and nothing else is", "[profile][schema][docs]") {
  std::set<std::string> keys;
  collect_keys(json::parse(machine_profile_schema()), keys);
  CHECK(keys.size() > 80);
  CHECK(documented_keys() == keys);
}
