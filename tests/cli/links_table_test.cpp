// SPDX-License-Identifier: Apache-2.0
#include "cli/links_table.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string>

using namespace hpcadvise;
using cli::links_table;
using Rows = std::vector<std::vector<std::string>>;

namespace {

profiles::Sample copy(std::string direction, double bytes_per_s, profiles::Parameters more) {
  profiles::Sample sample;
  sample.probe = "link";
  sample.parameters = std::move(more);
  sample.parameters["direction"] = std::move(direction);
  sample.parameters["message_bytes"] = std::int64_t{1} << 26;
  sample.rates["bytes_per_s"] = {bytes_per_s, bytes_per_s, bytes_per_s};
  return sample;
}

profiles::Parameters on_node(std::int64_t numa_node) {
  return {{"memory", std::string("pinned")}, {"numa_node", numa_node}};
}

profiles::Parameters between(std::int64_t ordinal, std::int64_t peer) { return {{"ordinal", ordinal}, {"peer", peer}}; }

}  // namespace

TEST_CASE("Links are a matrix in GB/s, each with the host's best NUMA node", "[links]") {
  profiles::MachineProfile profile;
  profile.samples = {copy("device_to_device", 381e9, {{"peer", std::int64_t{0}}}),
                     copy("device_to_device", 382.4e9, {{"peer", std::int64_t{2}}}),
                     copy("device_to_device", 20e9, between(0, 2)), copy("host_to_device", 12e9, on_node(0)),
                     copy("host_to_device", 25.04e9, on_node(1))};
  auto far = copy("device_to_host", 24e9, on_node(0));
  far.parameters["ordinal"] = std::int64_t{2};
  profile.samples.push_back(far);
  auto const table = links_table(profile);
  REQUIRE(table.columns.size() == 6);
  CHECK(table.columns[1].heading == "0");
  CHECK(table.columns[4].heading == "to host");
  // The measured GPU is the one that is nobody's peer.
  CHECK(table.rows ==
        Rows{{"0", "", "", "20", "", ""}, {"1", "381", "", "382", "", "25"}, {"2", "", "", "", "24", ""}});
}

TEST_CASE("One GPU has no matrix of links, and short or pageable copies are not in it", "[links]") {
  profiles::MachineProfile profile;
  profile.samples = {copy("host_to_device", 25e9, on_node(0))};
  CHECK(links_table(profile).rows.empty());
  auto brief = copy("device_to_device", 1e9, {{"peer", std::int64_t{1}}});
  brief.parameters["message_bytes"] = std::int64_t{4096};
  auto pageable = copy("host_to_device", 5e9, {{"memory", std::string("pageable")}, {"ordinal", std::int64_t{1}}});
  profile.samples.insert(profile.samples.end(), {brief, pageable});
  CHECK(links_table(profile).rows.empty());
}
