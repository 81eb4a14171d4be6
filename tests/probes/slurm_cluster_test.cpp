// SPDX-License-Identifier: Apache-2.0

// Ranks on two nodes of a real Slurm, which lie on this machine.

#include "tests/probes/slurm_cluster.hpp"

#include "probes/launch/find_program.hpp"
#include "probes/launch/run_plan.hpp"
#include "probes/way_between_nodes.hpp"
#include "tests/probes/runner_process.hpp"

#include <unistd.h>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace hpcadvise;
using namespace hpcadvise::tests;
using namespace hpcadvise::probes;

namespace {

// Skips the test where there is no Slurm, or no MPI.
std::unique_ptr<SlurmCluster> allocated_cluster(LauncherSearch& launchers) {
  auto const hello = outcome_of(runner_command({"--hello"})).hellos.at(0);
  if (std::ranges::count(hello.providers, "mpi") == 0) SKIP("this runner was built without MPI");
  auto cluster = std::make_unique<SlurmCluster>();
  if (!cluster->problem().empty()) SKIP("no Slurm: " + cluster->problem());
  cluster->allocate(2);
  REQUIRE(cluster->problem().empty());
  launchers = {.mpi_library = hello.libraries.at("mpi"), .allocation = slurm_allocation()};
  REQUIRE(launchers.allocation);
  return cluster;
}

MpiJob two_by_two() {
  return {.ranks = nodes_ranks(2, 2), .oversubscribe = true, .as_root = geteuid() == 0, .node = "one"};
}

RunSettings settings_of(RankStart const& start) {
  RunSettings settings;
  settings.ranks = start.job.ranks;
  settings.command = rank_command(
      start, with_mpi(runner_command({"--plan", "-", "--ranks", std::to_string(start.job.ranks.rank_count)}, 1)));
  return settings;
}

RunOutcome ask(RankStart const& start) { return run_plan({}, settings_of(start), {}); }

// Open MPI's TCP, between nodes that are one machine with one address, dies in MPI_Init now and then (4.1.4: two
// of some 150 starts on a busy machine). What is tested here is not that.
template <class Attempt>
auto repeated(Attempt attempt) {
  auto result = attempt();
  for (int again = 0; again < 3 && !result.second.empty(); ++again) result = attempt();
  return result;
}

RankStart found_way(LauncherSearch const& launchers) {
  auto const [way, problem] = repeated([&] {
    auto found = way_between_nodes(two_by_two(), {}, launchers, ask);
    return std::pair(found.start, found.problem);
  });
  CAPTURE(problem);
  REQUIRE(way);
  return *way;
}

SamplePlan all_reduces(Ranks const& ranks) {
  std::vector<SampleRequest> requests;
  for (std::int64_t const bytes : {1024, 65536}) {
    requests.push_back(request("collective", "mpi",
                               {{"operation", std::string("all_reduce")},
                                {"message_bytes", bytes},
                                {"rank_count", std::int64_t{ranks.rank_count}},
                                {"placement", std::string("nodes")},
                                {"ranks_a_node", std::int64_t{ranks.ranks_a_node}}}));
    requests.back().ranks = ranks;
    requests.back().timeout_s = 60;
  }
  return plan_of(std::move(requests));
}

std::vector<profiles::Sample> samples_of(RankStart const& start) {
  std::vector<profiles::Sample> samples;
  RunListener listener;
  listener.sampled = [&](SampleRequest const&, profiles::Sample const& sample) { samples.push_back(sample); };
  auto const [hello, lost] = repeated([&] {
    samples.clear();
    auto outcome = run_plan(all_reduces(start.job.ranks), settings_of(start), listener);
    return std::pair(outcome.hello, outcome.lost);
  });
  CAPTURE(lost);
  REQUIRE(lost.empty());
  CHECK(hello.value().ranks_a_node == start.job.ranks.ranks_a_node);
  return samples;
}

}  // namespace

TEST_CASE("On two nodes of Slurm a way is found, and the ranks measure together", "[runner][process][slurm]") {
  LauncherSearch launchers;
  auto const cluster = allocated_cluster(launchers);
  auto start = found_way(launchers);
  for (auto const& ranks : {nodes_ranks(2, 2), nodes_ranks(2, 1)}) {
    start.job.ranks = ranks;
    auto const samples = samples_of(start);
    CHECK(samples.size() == 2);
    for (auto const& sample : samples) check_measured(sample);
  }
}

TEST_CASE("Slurm's ranks of another type of MPI are no ranks, and it is said", "[runner][process][slurm]") {
  LauncherSearch launchers;
  auto const cluster = allocated_cluster(launchers);
  auto srun = find_sruns(environment_value("PATH"), launchers.mpi_library).launchers;
  if (srun.empty()) SKIP("this Slurm has no type for " + launchers.mpi_library);
  srun.front().mpi_type = "none";
  CHECK_FALSE(ask({.job = two_by_two(), .launcher = srun.front()}).lost.empty());
}

TEST_CASE("Ranks that hang on two nodes are ended with their srun", "[runner][process][slurm]") {
  LauncherSearch launchers;
  auto const cluster = allocated_cluster(launchers);
  auto const way = found_way(launchers);
  auto plan = all_reduces(way.job.ranks);
  for (auto& each : plan.requests) {
    each.rule = {.target_half_width = 1e-9, .max_total_s = 600, .min_readings = 1'000'000, .max_readings = 1'000'000};
    each.timeout_s = 600;
  }
  int most_running = 0;
  RunListener listener;
  listener.started = [&](SampleRequest const&) { most_running = cluster->count_running(HPCADVISE_RUNNER_FILE); };
  listener.interrupted = [&] { return most_running > 0; };
  CHECK(run_plan(plan, settings_of(way), listener).interrupted);
  CHECK(most_running == 4);
  // Slurm's own time to kill is two seconds here.
  for (int look = 0; look < 100 && cluster->count_running(HPCADVISE_RUNNER_FILE) > 0; ++look) ::usleep(100'000);
  CHECK(cluster->count_running(HPCADVISE_RUNNER_FILE) == 0);
}
