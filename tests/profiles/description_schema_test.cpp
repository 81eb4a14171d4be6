// SPDX-License-Identifier: Apache-2.0
#include "profiles/device_description.hpp"
#include "profiles/embedded_files.hpp"
#include "profiles/system_description.hpp"

#include <catch2/catch_test_macros.hpp>

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

using namespace hpcadvise::profiles;
using nlohmann::json;

namespace {

bool obeys(json const& document, std::string_view schema_text) {
  json const schema_document = json::parse(schema_text);
  valijson::Schema schema;
  valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_document), schema);
  return valijson::Validator().validate(schema, valijson::adapters::NlohmannJsonAdapter(document), nullptr);
}

void check_all(std::span<EmbeddedFile const> files, std::string_view schema) {
  REQUIRE_FALSE(files.empty());
  for (EmbeddedFile const& file : files) {
    CAPTURE(file.name);
    json const document = json::parse(file.text);
    CHECK(obeys(document, schema));
    CHECK(document["name"].get<std::string>() + ".json" == file.name);
  }
}

// Objects that carry a value must say where it comes from; false for the first that does not.
bool every_value_has_a_source(json const& document) {
  if (!document.is_structured()) return true;
  if (document.is_object() && document.contains("value"))
    if (!document.contains("source") || document["source"] == "" || !document.contains("confidence")) return false;
  for (json const& inner : document)
    if (!every_value_has_a_source(inner)) return false;
  return true;
}

}  // namespace

TEST_CASE("Every shipped description obeys its schema", "[device][system][schema]") {
  SECTION("devices") { check_all(embedded_devices(), device_schema()); }
  SECTION("systems") { check_all(embedded_systems(), system_schema()); }
}

TEST_CASE("Every shipped fact has a source and a confidence", "[device][system]") {
  for (auto const files : {embedded_devices(), embedded_systems()})
    for (EmbeddedFile const& file : files) {
      CAPTURE(file.name);
      CHECK(every_value_has_a_source(json::parse(file.text)));
    }
}

TEST_CASE("The schemas refuse what the readers refuse", "[device][system][schema]") {
  json device = json::parse(embedded_devices()[0].text);
  device["memory_bytes"].erase("source");
  CHECK_FALSE(obeys(device, device_schema()));

  json system = json::parse(system_description("lumi-g").json);
  system["network"]["bytes_per_s_per_device"]["value"] = "12.5 GB/s";
  CHECK_FALSE(obeys(system, system_schema()));
}
