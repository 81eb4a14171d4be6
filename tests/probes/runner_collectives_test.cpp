// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/find_program.hpp"
#include "probes/launch/mpi_launcher.hpp"
#include "tests/probes/runner_process.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <unistd.h>

#include <algorithm>
#include <cmath>

using namespace hpcadvise;
using namespace hpcadvise::tests;
using Catch::Matchers::ContainsSubstring;

namespace {

std::vector<SampleRequest> collectives(int rank_count) {
  std::vector<SampleRequest> requests;
  for (auto const* const operation : {"all_reduce", "all_gather", "reduce_scatter", "all_to_all", "point_to_point"})
    for (std::int64_t const message_bytes : {1000, 65536}) {
      requests.push_back(request("collective", "mpi",
                                 {{"operation", std::string(operation)},
                                  {"message_bytes", message_bytes},
                                  {"rank_count", std::int64_t{rank_count}},
                                  {"placement", std::string("node")}}));
      requests.back().rank_count = rank_count;
    }
  return requests;
}

Outcome outcome_under_mpi(std::vector<SampleRequest> requests, int rank_count) {
  auto const search = probes::find_mpi_launcher(probes::environment_value("PATH"));
  if (!search.launcher) SKIP("no MPI: " + search.problem);
  if (std::ranges::count(outcome_of(runner_command({"--hello"})).hellos.at(0).providers, "mpi") == 0)
    SKIP("this runner was built without MPI");
  PlanFile const file(probes::plan_to_json(plan_of(std::move(requests))));
  return outcome_of(probes::mpi_command(*search.launcher,
                                        {.rank_count = rank_count, .oversubscribe = true, .as_root = geteuid() == 0},
                                        with_mpi(runner_command({"--plan", file.path()}, 1))));
}

void check_collectives(int rank_count) {
  auto const requests = collectives(rank_count);
  auto const outcome = outcome_under_mpi(requests, rank_count);
  CAPTURE(outcome.errors);
  CHECK(outcome.exit.success());
  CHECK(outcome.garbage.empty());
  CHECK(outcome.done == 1);  // only one rank speaks
  REQUIRE(outcome.hellos.size() == 1);
  CHECK(outcome.hellos[0].rank_count == rank_count);
  REQUIRE(outcome.samples.size() == requests.size());
  for (auto const& sample : outcome.samples) {
    check_measured(sample);
    CHECK(sample.correctness);
    CHECK(sample.rates.contains("algorithm_bytes_per_s"));
    CHECK(sample.rates.contains("bus_bytes_per_s"));
  }
}

}  // namespace

TEST_CASE("Two ranks measure every collective", "[runner][process][mpi]") { check_collectives(2); }

TEST_CASE("Four ranks on fewer cores measure every collective", "[runner][process][mpi]") { check_collectives(4); }

TEST_CASE("Of a message that ranks cannot share evenly the work is what was moved", "[runner][process][mpi]") {
  auto uneven = collectives(3);
  std::erase_if(uneven,
                [](auto const& each) { return std::get<std::int64_t>(each.parameters.at("message_bytes")) != 1000; });
  auto const outcome = outcome_under_mpi(uneven, 3);
  REQUIRE(outcome.samples.size() == 5);
  for (auto const& sample : outcome.samples) check_measured(sample);
  // 250 floats are 83 for each of 3 ranks and one left over.
  CHECK(outcome.samples[0].work_bytes == 1000);  // all_reduce
  CHECK(outcome.samples[1].work_bytes == 996);   // all_gather
  CHECK(outcome.samples[4].work_bytes == 1000);  // point_to_point
  // An all-reduce moves 2 (n - 1) / n of its message over the bus.
  auto const& rates = outcome.samples[0].rates;
  CHECK(std::abs(rates.at("bus_bytes_per_s").median / rates.at("algorithm_bytes_per_s").median - 4.0 / 3) < 1e-9);
}

TEST_CASE("Collectives that cannot be fail on all ranks alike", "[runner][process][mpi]") {
  auto bad = collectives(2);
  bad.resize(4);
  bad[0].parameters["operation"] = std::string("gossip");
  bad[1].parameters["message_bytes"] = std::int64_t{1} << 50;
  bad[2].parameters["message_bytes"] = std::int64_t{4};
  auto const outcome = outcome_under_mpi(bad, 2);
  REQUIRE(outcome.samples.size() == 4);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(outcome.samples[i].status == SampleStatus::failed);
    CHECK_FALSE(outcome.samples[i].reason.empty());
  }
  check_measured(outcome.samples[3]);
}

TEST_CASE("A collective without an MPI launcher fails and says so", "[runner][process][mpi]") {
  PlanFile const file(probes::plan_to_json(plan_of(collectives(2))));
  auto const outcome = outcome_of(with_mpi(runner_command({"--plan", file.path()})));
  CHECK(outcome.exit.success());
  REQUIRE(outcome.hellos.size() == 1);
  CHECK(outcome.hellos[0].rank_count == 1);
  for (auto const& sample : outcome.samples) {
    CHECK(sample.status == SampleStatus::failed);
    CHECK_THAT(sample.reason, ContainsSubstring("without an MPI launcher"));
  }
}
