// SPDX-License-Identifier: Apache-2.0
#include "probes/overlap_findings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstdint>
#include <string>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr std::int64_t mib = std::int64_t{1} << 20;

profiles::Sample overlap(double share, double half_width = 0.01, std::string const& provider = "nccl",
                         std::int64_t message_bytes = 256 * mib) {
  profiles::Sample sample;
  sample.probe = "overlap";
  sample.provider = provider;
  sample.parameters = {{"operation", std::string("all_gather")}, {"message_bytes", message_bytes}};
  sample.rates["hidden_share"] = {.median = share, .low = share - half_width, .high = share + half_width};
  return sample;
}

std::vector<profiles::Finding> findings(std::vector<profiles::Sample> const& samples,
                                        std::string const& variable = "") {
  profiles::MachineProfile profile;
  profile.samples = samples;
  if (!variable.empty()) profile.provenance.environment[variable] = "1";
  return overlap_findings(profile);
}

}  // namespace

TEST_CASE("GPUs that hide less than half of a collective are named once, by the worst", "[overlap]") {
  CHECK(findings({overlap(0.85), overlap(0.51)}).empty());
  auto const found = findings({overlap(0.85), overlap(0.3), overlap(0.2)});
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == "little_overlap");
  CHECK(found[0].severity == profiles::Severity::warning);
  CHECK_THAT(found[0].seen, ContainsSubstring("20.0 % of its time") && !ContainsSubstring("in force"));
}

TEST_CASE("A share that may be half after all is no finding", "[overlap]") {
  CHECK(findings({overlap(0.48, 0.03)}).empty());
  CHECK(findings({overlap(0.48, 0.01)}).size() == 1);
}

TEST_CASE("Short messages and hosts are not judged", "[overlap]") {
  CHECK(findings({overlap(0.1, 0.01, "nccl", 32 * mib)}).empty());
  CHECK(findings({overlap(0.1, 0.01, "mpi")}).empty());
  auto failed = overlap(0.1);
  failed.status = profiles::SampleStatus::failed;
  CHECK(findings({failed}).empty());
}

TEST_CASE("A variable that makes the host wait for every kernel is named", "[overlap]") {
  CHECK_THAT(findings({overlap(0.0)}, "CUDA_LAUNCH_BLOCKING").at(0).seen,
             ContainsSubstring("CUDA_LAUNCH_BLOCKING=1 was in force"));
}
