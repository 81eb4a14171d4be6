// SPDX-License-Identifier: Apache-2.0
#include "probes/uneven_links.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <optional>
#include <string>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;

namespace {

using Ordinal = std::optional<std::int64_t>;

profiles::Sample copy(std::string direction, double bytes_per_s, Ordinal ordinal, Ordinal peer = {}) {
  profiles::Sample sample;
  sample.probe = "link";
  sample.parameters = {{"direction", std::move(direction)}, {"message_bytes", std::int64_t{1} << 26}};
  if (ordinal) sample.parameters["ordinal"] = *ordinal;
  if (peer) sample.parameters["peer"] = *peer;
  if (!peer) sample.parameters["memory"] = std::string("pinned");
  sample.rates["bytes_per_s"] = {bytes_per_s, 0.99 * bytes_per_s, 1.01 * bytes_per_s};
  return sample;
}

std::vector<profiles::Finding> findings(std::vector<profiles::Sample> samples, std::string const& backend = "cuda") {
  profiles::MachineProfile profile;
  profile.devices = {{.backend = backend, .name = "a GPU", .thread_count = 1}};
  profile.samples = std::move(samples);
  return uneven_links(profile);
}

}  // namespace

TEST_CASE("A GPU whose link to the host is half as fast as the others' is named", "[link]") {
  auto const found = findings({copy("host_to_device", 25e9, {}), copy("host_to_device", 25e9, 1),
                               copy("host_to_device", 12e9, 2), copy("host_to_device", 24e9, 3)});
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == "uneven_links");
  CHECK_THAT(found[0].seen, ContainsSubstring("from the host: GPU 2 12.0 GB/s; the median of 4 is 24.5 GB/s"));
}

TEST_CASE("Of several NUMA nodes the best counts", "[link]") {
  CHECK(findings({copy("host_to_device", 25e9, {}), copy("host_to_device", 25e9, 1), copy("host_to_device", 10e9, 2),
                  copy("host_to_device", 25e9, 2)})
            .empty());
}

TEST_CASE("A pair of GPUs with a slow link is named, but not of AMD's GCDs", "[link]") {
  std::vector<profiles::Sample> const pairs{copy("device_to_device", 380e9, {}, 1),
                                            copy("device_to_device", 380e9, {}, 2),
                                            copy("device_to_device", 20e9, 1, 2)};
  auto const found = findings(pairs);
  REQUIRE(found.size() == 1);
  CHECK_THAT(found[0].seen, ContainsSubstring("between GPUs: GPU 1 to GPU 2 20.0 GB/s"));
  CHECK(findings(pairs, "hip").empty());
}

TEST_CASE("Two devices have no median that one of them could miss, and half is enough", "[link]") {
  CHECK(findings({copy("device_to_host", 25e9, {}), copy("device_to_host", 5e9, 1)}).empty());
  CHECK(findings({copy("device_to_host", 25e9, {}), copy("device_to_host", 25e9, 1), copy("device_to_host", 12.4e9, 2)})
            .empty());  // its interval reaches half
  auto failed = copy("device_to_host", 1e9, 2);
  failed.status = profiles::SampleStatus::failed;
  CHECK(findings({copy("device_to_host", 25e9, {}), copy("device_to_host", 25e9, 1), failed}).empty());
}
