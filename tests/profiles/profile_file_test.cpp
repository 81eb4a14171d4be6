// SPDX-License-Identifier: Apache-2.0
#include "profiles/profile_file.hpp"

#include "invented_profile.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/error.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

using namespace hpcadvise::profiles;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using hpcadvise::tests::TemporaryFolder;
using nlohmann::ordered_json;
using namespace nlohmann::literals;

namespace {

// The text of the invented profile after `change`.
std::string changed(std::function<void(ordered_json&)> const& change) {
  ordered_json profile = ordered_json::parse(profile_to_json(invented_profile()));
  change(profile);
  return profile.dump();
}

struct Refusal {
  std::string where;
  std::string what;
  std::string next_step;
};

Refusal refusal_of(std::string_view text) {
  try {
    profile_from_json(text, "p.json");
  } catch (FileError const& error) {
    CHECK(error.file() == "p.json");
    CHECK_FALSE(error.next_step().empty());
    return {error.where(), error.what(), error.next_step()};
  }
  FAIL("this text was read as a profile");
  return {};
}

std::string place_of(std::function<void(ordered_json&)> const& change) { return refusal_of(changed(change)).where; }

}  // namespace

TEST_CASE("A profile reads back as it was written", "[profile]") {
  std::string const text = profile_to_json(invented_profile());
  CHECK(profile_to_json(profile_from_json(text, "p.json")) == text);

  // Two spot checks against the struct itself, should both directions lack a key.
  MachineProfile const profile = profile_from_json(text, "p.json");
  CHECK(profile.host.cgroup_cpu_limit == 1.5);
  CHECK(profile.samples.front().timing->readings_s == std::vector<double>{2, 1, 4});
}

TEST_CASE("An empty profile reads back too", "[profile]") {
  std::string const text = profile_to_json(MachineProfile{});
  CHECK(profile_to_json(profile_from_json(text, "p.json")) == text);
}

TEST_CASE("The schema version comes first, and the text ends in a newline", "[profile]") {
  std::string const text = profile_to_json(invented_profile());
  CHECK_THAT(text, StartsWith("{\n  \"schema_version\": 1,\n  \"name\": \"invented\","));
  CHECK(text.back() == '\n');
}

TEST_CASE("Times are written in full and readings with six digits", "[profile]") {
  MachineProfile profile = invented_profile();
  profile.samples.resize(1);
  profile.samples[0].timing->median_s = 1.0000000000000002;
  profile.samples[0].timing->readings_s = {0.0012345678, 1.0 / 3};
  Timing const timing = *profile_from_json(profile_to_json(profile), "p.json").samples[0].timing;
  CHECK(timing.median_s == 1.0000000000000002);
  CHECK(timing.readings_s == std::vector<double>{0.00123457, 0.333333});
}

TEST_CASE("A number that is not finite is a bug of the writer", "[profile]") {
  MachineProfile profile = invented_profile();
  profile.samples[0].work_flops = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(profile_to_json(profile), std::logic_error);
  profile.samples[0].work_flops = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(profile_to_json(profile), std::logic_error);
}

TEST_CASE("Text that is not UTF-8 does not stop a profile from being written", "[profile]") {
  MachineProfile profile = invented_profile();
  profile.provenance.environment["OMP_PLACES"] = "caf\xe9";
  auto const read = profile_from_json(profile_to_json(profile), "p.json");
  CHECK(read.provenance.environment.at("OMP_PLACES") == "caf\uFFFD");
}

TEST_CASE("A profile from before the clock's resolution was recorded can be read", "[profile]") {
  CHECK(profile_from_json(profile_to_json(invented_profile()), "p.json").provenance.clock_resolution_s == 2.5e-8);
  std::string const text = changed([](ordered_json& profile) { profile["provenance"].erase("clock_resolution_s"); });
  CHECK_FALSE(profile_from_json(text, "p.json").provenance.clock_resolution_s);
  CHECK_THAT(profile_to_json(profile_from_json(text, "p.json")), !ContainsSubstring("clock_resolution_s"));
}

TEST_CASE("A profile from before passes were told apart can be read", "[profile]") {
  auto const old = changed([](ordered_json& profile) {
    profile["budget"].erase("within_2_percent");
    for (auto& sample : profile["samples"]) {
      if (!sample.contains("timing")) continue;
      sample["timing"].erase("passes");
      sample["timing"].erase("widened_by");
    }
  });
  MachineProfile const profile = profile_from_json(old, "p.json");
  CHECK_FALSE(profile.budget.within_2_percent);
  CHECK(profile.samples[0].timing->passes.empty());
  CHECK_FALSE(profile.samples[0].timing->widened_by);
  CHECK_THAT(profile_to_json(profile), !ContainsSubstring("passes") && !ContainsSubstring("widened_by"));
}

TEST_CASE("Which of several ways was measured, and which were left out, reads back", "[profile]") {
  MachineProfile profile = invented_profile();
  profile.samples[0].variant = "128x128x32";
  profile.samples[0].left_out = {"128x256x64: no memory for a block", "64x64x32: relative error 1"};
  std::string const text = profile_to_json(profile);
  auto const sample = profile_from_json(text, "p.json").samples[0];
  CHECK(sample.variant == profile.samples[0].variant);
  CHECK(sample.left_out == profile.samples[0].left_out);
  CHECK_THAT(profile_to_json(invented_profile()), !ContainsSubstring("left_out"));
}

TEST_CASE("A key that is not known is ignored", "[profile]") {
  std::string const text = changed([](ordered_json& profile) {
    profile["of_tomorrow"] = 1;
    profile["host"]["of_tomorrow"] = {1, 2};
    profile["samples"][0]["timing"]["of_tomorrow"] = nullptr;
  });
  CHECK(profile_to_json(profile_from_json(text, "p.json")) == profile_to_json(invented_profile()));
}

TEST_CASE("Another schema version is refused before anything else is looked at", "[profile]") {
  CHECK_THAT(refusal_of(R"({"schema_version": 2})").what, ContainsSubstring("newer than 1"));
  CHECK_THAT(refusal_of(R"({"schema_version": 2})").next_step, ContainsSubstring("update"));
  CHECK(refusal_of(R"({"schema_version": 2})").where == "/schema_version");
  CHECK(refusal_of(R"({"schema_version": 0})").where == "/schema_version");
  CHECK(refusal_of(R"({"schema_version": "1"})").where == "/schema_version");
  CHECK_THAT(refusal_of(R"({"model_type": "llama"})").what, ContainsSubstring("not a machine profile"));
}

TEST_CASE("Text that is not JSON is refused with line and column", "[profile]") {
  CHECK(refusal_of("").where == "line 1, column 1");
  CHECK(refusal_of("{\n  \"schema_version\": 1,\n  nonsense").where == "line 3, column 4");
  CHECK(refusal_of("{\"schema_version\": NaN}").where == "line 1, column 20");
  CHECK(refusal_of("{\"schema_version\": Infinity}").where == "line 1, column 20");
  CHECK(refusal_of("{\"name\": \"\xff\"}").where == "line 1, column 11");
  CHECK_THAT(refusal_of("{\"schema_version\": 1e999}").what, ContainsSubstring("1e999"));
  CHECK(refusal_of("[" + std::string(10'000, '"')).what.size() < 400);
}

TEST_CASE("Nesting that would exhaust the machine is refused", "[profile]") {
  CHECK_THAT(refusal_of(std::string(100, '[')).what, ContainsSubstring("nested deeper"));
  CHECK_THAT(refusal_of(std::string(10'000'000, '[')).what, ContainsSubstring("nested deeper"));
  // Brackets inside of strings do not nest.
  CHECK(refusal_of("\"" + std::string(100, '[') + "\"").where == "/");
  CHECK(refusal_of("\"\\\"" + std::string(100, '[') + "\"").where == "/");
}

TEST_CASE("What is larger than 256 MiB is refused", "[profile]") {
  CHECK_THAT(refusal_of(std::string((256u << 20) + 1, ' ')).what, ContainsSubstring("larger than 256 MiB"));
}

TEST_CASE("A missing key is refused at the place where it should be", "[profile]") {
  CHECK(place_of([](auto& p) { p.erase("budget"); }) == "/");
  CHECK(place_of([](auto& p) { p["host"].erase("core_count"); }) == "/host");
  CHECK(place_of([](auto& p) { p["samples"][3]["timing"].erase("p90_s"); }) == "/samples/3/timing");
}

TEST_CASE("A wrong type is refused", "[profile]") {
  CHECK(place_of([](auto& p) { p["partial"] = 1; }) == "/partial");
  CHECK(place_of([](auto& p) { p["host"] = "node1"; }) == "/host");
  CHECK(place_of([](auto& p) { p["samples"] = ordered_json::object(); }) == "/samples");
  CHECK(place_of([](auto& p) { p["host"]["memory_bytes"] = 1.5; }) == "/host/memory_bytes");
  CHECK(place_of([](auto& p) { p["host"]["max_clock_hz"] = nullptr; }) == "/host/max_clock_hz");
  CHECK(place_of([](auto& p) { p["host"]["peak"]["fp31"] = 1; }) == "/host/peak/fp31");
  CHECK(place_of([](auto& p) { p["samples"][0]["parameters"]["m"] = ordered_json::array(); }) ==
        "/samples/0/parameters/m");
  CHECK(place_of([](auto& p) { p["samples"][0]["status"] = "fine"; }) == "/samples/0/status");
  CHECK(place_of([](auto& p) { p["provenance"]["libraries"]["a/b~c"] = 1; }) == "/provenance/libraries/a~1b~0c");
}

TEST_CASE("Numbers that no measurement gives are refused", "[profile]") {
  auto const timing = "/samples/0/timing"_json_pointer;
  CHECK(place_of([&](auto& p) { p[timing]["total_s"] = -1; }) == "/samples/0/timing/total_s");
  CHECK(place_of([&](auto& p) { p[timing]["readings_s"][1] = -1e-9; }) == "/samples/0/timing/readings_s/1");
  CHECK(place_of([&](auto& p) { p[timing]["count"] = -1; }) == "/samples/0/timing/count");
  CHECK(place_of([&](auto& p) { p[timing]["calls_per_reading"] = 0; }) == "/samples/0/timing/calls_per_reading");
  CHECK(place_of([&](auto& p) { p[timing]["low_s"] = 2.5; }) == "/samples/0/timing");
  CHECK(place_of([&](auto& p) { p[timing]["passes"][0]["low_s"] = 2.5; }) == "/samples/0/timing/passes/0");
  CHECK(place_of([&](auto& p) { p[timing]["high_s"] = 1.5; }) == "/samples/0/timing");
  CHECK(place_of([&](auto& p) { p[timing]["minimum_s"] = 2.5; }) == "/samples/0/timing");
  CHECK(place_of([&](auto& p) { p["samples"][0].erase("timing"); }) == "/samples/0");
  CHECK(place_of([&](auto& p) { p["samples"][0]["rates"]["flops_per_s"]["low"] = 1e99; }) ==
        "/samples/0/rates/flops_per_s");
  CHECK(place_of([&](auto& p) { p["budget"]["planned"] = 18446744073709551615u; }) == "/budget/planned");
  CHECK(place_of([&](auto& p) { p["host"]["core_count"] = 3'000'000'000; }) == "/host/core_count");
  CHECK(place_of([&](auto& p) { p["host"]["core_count"] = 0; }) == "/host/core_count");
  CHECK(place_of([&](auto& p) { p["sentinels"][0]["at_s"] = {1}; }) == "/sentinels/0");
}

TEST_CASE("A profile goes through a file", "[profile]") {
  TemporaryFolder const folder;
  write_profile(invented_profile(), folder / "sub/p.json");
  CHECK(read_text_file(folder / "sub/p.json") == profile_to_json(read_profile(folder / "sub/p.json")));
  CHECK_THROWS_AS(read_profile(folder / "absent.json"), FileError);
}
