// SPDX-License-Identifier: Apache-2.0
#include "profiles/system_description.hpp"

#include "profiles/device_description.hpp"
#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <nlohmann/json.hpp>
#include <string>

using namespace hpcadvise::profiles;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

std::string with(std::string const& pointer, json const& value) {
  json document = json::parse(system_description("lumi-g").json);
  document[json::json_pointer(pointer)] = value;
  return document.dump();
}

}  // namespace

TEST_CASE("Every system that the issue asks for ships, with its device", "[system]") {
  for (char const* name : {"lumi-g", "leonardo-booster", "marenostrum5-acc", "jupiter-booster", "alice-recoque"}) {
    CAPTURE(name);
    CHECK(system_description(name).name == name);
    CHECK(has_device(system_description(name).device));
  }
}

TEST_CASE("Every live system has what a plan needs, in sensible proportions", "[system]") {
  for (std::string const& name : system_names()) {
    CAPTURE(name);
    SystemDescription const system = system_description(name);
    if (system.origin == Origin::announced) continue;
    CHECK(system.devices_per_node.value.value_or(0) >= 4);
    CHECK(system.device_memory_bytes.value.value_or(0) > 60e9);
    CHECK(system.network_bytes_per_s_per_device.value.value_or(0) >= 12.5e9);
    CHECK(system.node_link_bytes_per_s.value.value_or(0) > *system.network_bytes_per_s_per_device.value);
    CHECK(system.host_memory_bytes.value.value_or(0) > 4e11);
    CHECK(system.billing_units_per_device_hour.value.value_or(0) > 0);
    CHECK_FALSE(system.billing_unit.empty());
    CHECK_FALSE(system.partitions.empty());
    CHECK_FALSE(system.detect.empty());
    CHECK_FALSE(system.traps.empty());

    // The device's own memory figure and the system's agree: it is the same part.
    CHECK(system.device_memory_bytes.value == device_description(system.device).memory_bytes.value);
  }
}

TEST_CASE("LUMI-G has 8 devices of 64 GiB a node and bills half a GPU-hour for each", "[system]") {
  SystemDescription const lumi = system_description("lumi-g");
  CHECK(lumi.devices_per_node.value == 8.0);
  CHECK(lumi.device_memory_bytes.value == 64.0 * 1024 * 1024 * 1024);
  CHECK(lumi.billing_units_per_device_hour.value == 0.5);
  CHECK(lumi.network_bytes_per_s_per_device.value == 12.5e9);
  CHECK(lumi.network_kind == "slingshot");
  CHECK(lumi.host_cores_per_device.value == 7.0);
  CHECK(lumi.whole_nodes);

  REQUIRE(lumi.partitions.size() == 4);
  CHECK(lumi.partitions[0].name == "standard-g");
  CHECK(lumi.partitions[0].max_time_s.value == 48.0 * 3600);
  CHECK(lumi.partitions[0].max_nodes.value == 1024.0);
}

TEST_CASE("Leonardo's network is shared with other jobs, and no other system says so", "[system]") {
  for (auto const& name : system_names()) {
    INFO(name);
    auto const system = system_description(name);
    CHECK(system.noise_loss.value.has_value() == (name == "leonardo-booster"));
    CHECK(system.noise_loss.value.has_value() == system.noise_loss_nodes.value.has_value());
  }
  CHECK(*system_description("leonardo-booster").noise_loss.value == 0.5);
}

TEST_CASE("Core-hours a GPU-hour are the system's own share of cores", "[system]") {
  for (char const* name : {"leonardo-booster", "marenostrum5-acc", "jupiter-booster"}) {
    SystemDescription const system = system_description(name);
    CAPTURE(name);
    CHECK(system.billing_unit == "core-hour");
    CHECK(system.billing_units_per_device_hour.value == system.host_cores_per_device.value);
  }
}

TEST_CASE("The links of a node are symmetric, and their pairs are all that the matrix has", "[system]") {
  for (std::string const& name : system_names()) {
    CAPTURE(name);
    json const links = json::parse(system_description(name).json)["node"]["links"];
    json const& matrix = links["matrix"]["value"];
    if (matrix.is_null()) continue;
    for (std::size_t i = 0; i < matrix.size(); ++i) {
      REQUIRE(matrix[i].size() == matrix.size());
      CHECK(matrix[i][i] == 0);
      for (std::size_t j = 0; j < i; ++j) CHECK(matrix[i][j] == matrix[j][i]);
    }
    double const link_bytes_per_s = links["link_bytes_per_s"]["value"];
    for (json const& pair : links["pairs"]["value"]) {
      CHECK(pair["bytes_per_s"] == pair["links"].get<double>() * link_bytes_per_s);
      if (!pair["devices"].is_array()) continue;
      for (json const& devices : pair["devices"])
        CHECK(matrix[devices[0].get<std::size_t>()][devices[1].get<std::size_t>()] == pair["links"]);
    }
  }
}

TEST_CASE("LUMI's binding masks cover the usable cores once each", "[system]") {
  json const lumi = json::parse(system_description("lumi-g").json);
  std::uint64_t all = 0;
  int cores = 0;
  for (json const& row : lumi["binding"]["map"]["value"]) {
    std::uint64_t const mask = std::stoull(row["cpu_mask_7"].get<std::string>(), nullptr, 16);
    CHECK((all & mask) == 0);
    all |= mask;
    cores += 7;
    CHECK((mask >> row["first_core"].get<int>() & 1) == 1);
    CHECK((mask >> row["reserved_core"].get<int>() & 1) == 0);
  }
  CHECK(cores == lumi["node"]["usable_host_cores"]["value"]);
  CHECK(all == 0xfefefefefefefefeULL);
}

TEST_CASE("What is announced stays announced and has no invented number", "[system]") {
  SystemDescription const system = system_description("alice-recoque");
  CHECK(system.origin == Origin::announced);
  CHECK_FALSE(system.devices_per_node.value);
  CHECK_FALSE(system.network_bytes_per_s_per_device.value);
  CHECK_FALSE(system.node_count.value);
  CHECK(system.partitions.empty());
  CHECK(system.billing_unit.empty());
  CHECK(system.device_memory_bytes.confidence == Confidence::announced);
}

TEST_CASE("An unknown system names the nearest", "[system]") {
  CHECK_FALSE(has_system("lumig"));
  try {
    system_description("leonardo-boster");
    FAIL("accepted");
  } catch (UsageError const& error) {
    CHECK_THAT(error.next_step(), ContainsSubstring("did you mean 'leonardo-booster'"));
  }
}

TEST_CASE("A system file of one's own is refused with the place of its mistake", "[system]") {
  CHECK(system_description_from_json(with("/name", "own"), "own.json").name == "own");

  struct Broken {
    std::string pointer;
    json value;
    std::string place;
  };
  for (Broken const& broken : {
           Broken{"/schema_version", 7, "/schema_version"},
           Broken{"/node/devices_per_node/value", "eight", "/node/devices_per_node/value"},
           Broken{"/node/devices_per_node/confidence", "sure", "/node/devices_per_node/confidence"},
           Broken{"/network", json::object({{"kind", "bxi"}}), "/network"},
           Broken{"/slurm/partitions/1/max_nodes", 4, "/slurm/partitions/1/max_nodes"},
           Broken{"/detect/0/pattern", "SLURM_CLUSTER_NAME", "/detect/0/pattern"},
           Broken{"/detect/1/pattern", "^nid[", "/detect/1/pattern"},
           Broken{"/detect/1/kind", "smell", "/detect/1/kind"},
           Broken{"/traps", "one", "/traps"},
       }) {
    CAPTURE(broken.pointer);
    try {
      system_description_from_json(with(broken.pointer, broken.value), "own.json");
      FAIL("accepted");
    } catch (FileError const& error) {
      CHECK(error.where() == broken.place);
      CHECK_FALSE(error.next_step().empty());
    }
  }
}
