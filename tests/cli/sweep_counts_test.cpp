// SPDX-License-Identifier: Apache-2.0
// LUMI-G has 2978 nodes of 8 devices.
#include "cli/sweep_counts.hpp"

#include "tests/cli/run_in_process.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise;
using Counts = std::vector<std::int64_t>;

namespace {

cli::SweepCounts counts_of(std::string const& devices) {
  cli::JobOptions job;
  job.model = "llama-2-7b";
  job.machine = "lumi-g";
  job.global_batch = 1024;
  return cli::sweep_counts(job, devices);
}

}  // namespace

TEST_CASE("A range that works is taken as it is, with the counts halfway", "[cli][sweep]") {
  auto const [counts, note] = counts_of("8..64");
  CHECK(counts == Counts{8, 16, 24, 32, 48, 64});
  CHECK(note.empty());
}

TEST_CASE("The ends of a range are drawn in to full nodes, and that is said", "[cli][sweep]") {
  auto const [counts, note] = counts_of("100..130");
  CHECK(counts == Counts{104, 128});
  CHECK(note == "--devices 100..130: taken as 104..128, in full nodes of lumi-g");
}

TEST_CASE("A count inside of a range that nothing divides is left out, and that is said", "[cli][sweep]") {
  auto const [counts, note] = counts_of("3..24");
  CHECK(counts == Counts{3, 4, 6, 24});
  CHECK(note == "--devices 3..24: 12 left out, because no plan divides it");
}

TEST_CASE("A range beyond the machine ends with it", "[cli][sweep]") {
  auto const [counts, note] = counts_of("8192..100000");
  CHECK(counts.back() <= 2978 * 8);
  CHECK(tests::has(note, "taken as 8192..23824"));
}

TEST_CASE("A range of which nothing is left is refused by its start", "[cli][sweep]") {
  for (char const* const devices : {"101..103", "90000..100000"}) {
    auto const result = tests::run({"advise", "--model", "llama-2-7b", "--machine", "lumi-g", "--devices", devices});
    CAPTURE(devices, result.log);
    CHECK(result.code == 2);
    CHECK(tests::has(result.log, "23824") != tests::has(result.log, "do not fill nodes of 8"));
  }
}
