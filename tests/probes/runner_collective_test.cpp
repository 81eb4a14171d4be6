// SPDX-License-Identifier: Apache-2.0

// Ranks that measure together, by MPI on the host, and by the vendor's communicator on a library that works by MPI.

#include "probes/launch/find_program.hpp"
#include "probes/launch/mpi_launcher.hpp"
#include "tests/probes/runner_process.hpp"

#include <unistd.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace hpcadvise;
using namespace hpcadvise::tests;
using Catch::Matchers::ContainsSubstring;
using probes::SampleRequest;
using profiles::SampleStatus;

namespace {

std::vector<SampleRequest> collectives(int rank_count, std::string const& provider = "mpi") {
  std::vector<SampleRequest> requests;
  for (auto const* const operation : {"all_reduce", "all_gather", "reduce_scatter", "all_to_all", "point_to_point"})
    for (std::int64_t const message_bytes : {1000, 65536}) {
      requests.push_back(request("collective", provider,
                                 {{"operation", std::string(operation)},
                                  {"message_bytes", message_bytes},
                                  {"rank_count", std::int64_t{rank_count}},
                                  {"placement", std::string("node")}}));
      requests.back().ranks = probes::node_ranks(rank_count);
    }
  return requests;
}

void check_collectives(Outcome const& outcome, int rank_count) {
  CAPTURE(outcome.errors);
  CHECK(outcome.exit.success());
  CHECK(outcome.garbage.empty());
  CHECK(outcome.done == 1);  // only one rank speaks
  REQUIRE(outcome.hellos.size() == 1);
  CHECK(outcome.hellos[0].rank_count == rank_count);
  CHECK(outcome.hellos[0].ranks_a_node == rank_count);
  REQUIRE(outcome.samples.size() == collectives(rank_count).size());
  for (auto const& sample : outcome.samples) {
    check_measured(sample);
    CHECK(sample.correctness);
    CHECK(sample.rates.contains("algorithm_bytes_per_s"));
    CHECK(sample.rates.contains("bus_bytes_per_s"));
  }
}

}  // namespace

TEST_CASE("Two ranks measure every collective", "[runner][process][mpi]") {
  check_collectives(outcome_under_mpi(collectives(2), 2), 2);
}

TEST_CASE("Four ranks on fewer cores measure every collective", "[runner][process][mpi]") {
  check_collectives(outcome_under_mpi(collectives(4), 4), 4);
}

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

TEST_CASE("Ranks that MPI has not joined measure nothing, and their size says so", "[runner][process][mpi]") {
  PlanFile const file(probes::plan_to_json(plan_of(collectives(2))));
  auto alone = with_mpi(runner_command({"--plan", "-", "--ranks", "2"}));
  alone.input = file.path();
  auto const outcome = outcome_of(alone);
  REQUIRE(outcome.hellos.size() == 1);
  CHECK(outcome.hellos[0].rank_count == 1);
  CHECK(outcome.samples.empty());
}

TEST_CASE("A plan that cannot be read ends all ranks, and the first says why", "[runner][process][mpi]") {
  auto const search = probes::find_mpi_launcher(probes::environment_value("PATH"));
  if (!search.launcher) SKIP("no MPI: " + search.problem);
  PlanFile const broken("{\"requests\": [");
  auto command = probes::mpi_command(*search.launcher,
                                     {.ranks = probes::node_ranks(2), .oversubscribe = true, .as_root = geteuid() == 0},
                                     with_mpi(runner_command({"--plan", "-", "--ranks", "2"}, 1)));
  command.input = broken.path();
  auto const outcome = outcome_of(command);
  CHECK_FALSE(outcome.exit.success());
  CHECK(outcome.hellos.empty());
  auto const first = outcome.errors.find("syntax error");
  REQUIRE(first != std::string::npos);
  CHECK(outcome.errors.find("syntax error", first + 1) == std::string::npos);
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

namespace {

SampleRequest overlap(std::string const& provider) {
  auto result = request("overlap", provider,
                        {{"operation", std::string("all_reduce")},
                         {"message_bytes", std::int64_t{65536}},
                         {"rank_count", std::int64_t{2}},
                         {"placement", std::string("node")},
                         {"gemm_provider", std::string("kokkos")},
                         {"m", std::int64_t{64}},
                         {"n", std::int64_t{65}},
                         {"k", std::int64_t{66}},
                         {"precision", std::string("fp32")}});
  result.ranks = probes::node_ranks(2);
  return result;
}

// Ranks and threads of one small host may wait for each other once, not each time.
std::vector<SampleRequest> overlaps(std::string const& provider) { return {3, overlap(provider)}; }

void check_overlap(profiles::Sample const& sample) {
  if (sample.status == SampleStatus::failed) {
    CHECK_THAT(sample.reason, ContainsSubstring("they wait for each other"));
    return;
  }
  check_measured(sample);
  for (auto const* const share : {"hidden_share", "hidden_gemm_share"}) {
    REQUIRE(sample.rates.contains(share));
    CHECK(sample.rates.at(share).high <= 1);
  }
  for (auto const* const alone : {"gemm_flops_per_s", "bus_bytes_per_s"}) CHECK(sample.rates.at(alone).median > 0);
  CHECK(sample.rates.contains("gemm_slowdown") == sample.rates.contains("collective_slowdown"));
  // Whole multiplications, and whole messages.
  CHECK(std::fmod(sample.work_flops, 2.0 * 64 * 65 * 66) == 0);
  CHECK(std::fmod(sample.work_bytes, 65536) == 0);
  CHECK(sample.work_flops > 0);
  CHECK(sample.work_bytes > 0);
}

void check_overlaps(std::vector<profiles::Sample> const& samples) {
  REQUIRE(samples.size() == 3);
  for (auto const& sample : samples) check_overlap(sample);
  CHECK(std::ranges::any_of(samples, [](auto const& sample) { return sample.status == SampleStatus::ok; }));
}

}  // namespace

TEST_CASE("Two ranks multiply while a collective is under way", "[runner][process][mpi]") {
  auto const outcome = outcome_under_mpi(overlaps("mpi"), 2);
  CAPTURE(outcome.errors);
  check_overlaps(outcome.samples);
}

TEST_CASE("An overlap that cannot be fails on all ranks alike", "[runner][process][mpi]") {
  auto bad = overlap("mpi");
  bad.parameters["gemm_provider"] = std::string("abacus");
  auto huge = overlap("mpi");
  huge.parameters["m"] = huge.parameters["k"] = std::int64_t{1} << 24;
  auto const outcome = outcome_under_mpi({bad, huge, collectives(2).front()}, 2);
  REQUIRE(outcome.samples.size() == 3);
  CHECK(outcome.samples[0].status == SampleStatus::failed);
  CHECK_THAT(outcome.samples[0].reason, ContainsSubstring("abacus"));
  CHECK(outcome.samples[1].status == SampleStatus::failed);
  CHECK_THAT(outcome.samples[1].reason, ContainsSubstring("of memory"));
  check_measured(outcome.samples[2]);
}

#ifdef HPCADVISE_RUNNER_WITH_NCCL

namespace {

// The runner that has NCCL's functions, with the library `file`, which misbehaves as asked.
probes::Command nccl_runner(std::filesystem::path const& file, std::string const& misbehaviour = "") {
  return {{HPCADVISE_RUNNER_WITH_NCCL},
          {{"OMP_NUM_THREADS", "1"}, {"LD_LIBRARY_PATH", file.parent_path()}, {"FAKE_NCCL", misbehaviour}}};
}

// The loader finds this one and cannot load it. A machine may have another where it looks next.
std::filesystem::path broken_library(TemporaryFolder const& folder) {
  auto const file = folder.path() / "libnccl.so.2";
  std::ofstream(file) << "no library";
  return file;
}

probes::HelloEvent hello_of(probes::Command command) {
  command.arguments.emplace_back("--hello");
  return outcome_of(command).hellos.at(0);
}

bool has(probes::HelloEvent const& hello, char const* provider) {
  return std::ranges::count(hello.providers, provider) == 1;
}

}  // namespace

TEST_CASE("NCCL is found when the runner starts, or the reason is said", "[runner][process][nccl]") {
  auto const found = hello_of(nccl_runner(HPCADVISE_FAKE_NCCL));
  CHECK(has(found, "nccl"));
  CHECK(found.libraries.at("nccl") == "2.28.9");
  auto const old = hello_of(nccl_runner(HPCADVISE_OLD_FAKE_NCCL));
  CHECK_FALSE(has(old, "nccl"));
  CHECK(old.libraries.at("nccl") == "cannot be used: it has no function ncclSend");
  TemporaryFolder const folder;
  auto const broken = hello_of(nccl_runner(broken_library(folder)));
  CHECK_FALSE(has(broken, "nccl"));
  CHECK_THAT(broken.libraries.at("nccl"), ContainsSubstring("cannot be used: ") && ContainsSubstring("libnccl.so.2"));
}

TEST_CASE("Ranks measure every collective by NCCL's functions", "[runner][process][nccl][mpi]") {
  for (int const ranks : {2, 3})
    check_collectives(outcome_under_mpi(collectives(ranks, "nccl"), ranks, nccl_runner(HPCADVISE_FAKE_NCCL)), ranks);
}

TEST_CASE("Ranks multiply beside a collective by NCCL's functions", "[runner][process][nccl][mpi]") {
  check_overlaps(outcome_under_mpi(overlaps("nccl"), 2, nccl_runner(HPCADVISE_FAKE_NCCL)).samples);
  auto const failing = outcome_under_mpi({overlap("nccl")}, 2, nccl_runner(HPCADVISE_FAKE_NCCL, "fail-later"));
  REQUIRE(failing.samples.size() == 1);
  CHECK(failing.samples[0].status == SampleStatus::failed);
  CHECK_FALSE(failing.samples[0].timing);
}

TEST_CASE("What NCCL gets wrong is not timed", "[runner][process][nccl][mpi]") {
  auto const outcome = outcome_under_mpi(collectives(2, "nccl"), 2, nccl_runner(HPCADVISE_FAKE_NCCL, "wrong"));
  REQUIRE(outcome.samples.size() == 10);
  CHECK(outcome.samples[0].status == SampleStatus::wrong);
  CHECK_FALSE(outcome.samples[0].timing);
  CHECK(outcome.samples[2].status == SampleStatus::ok);  // an all-gather is not summed up
}

TEST_CASE("A NCCL that fails costs its samples, with its words, and MPI's are measured",
          "[runner][process][nccl][mpi]") {
  struct Row {
    std::filesystem::path library;
    std::string misbehaviour;
    std::string reason;
  };
  TemporaryFolder const folder;
  std::string const words =
      "unhandled system error (run with NCCL_DEBUG=INFO for details): Call to ibv_create_qp failed";
  std::vector<Row> const rows = {
      {HPCADVISE_FAKE_NCCL, "fail-init:0", "ncclCommInitRank: " + words},
      {HPCADVISE_FAKE_NCCL, "fail-init:1", "rank 1: ncclCommInitRank: " + words},
      {HPCADVISE_FAKE_NCCL, "fail-run", "ncclAllReduce: " + words},
      {HPCADVISE_FAKE_NCCL, "fail-later", "NCCL after a call had returned: " + words},
      {HPCADVISE_OLD_FAKE_NCCL, "", "it has no function ncclSend"},
      {broken_library(folder), "", "libnccl.so.2"},
  };
  for (auto const& row : rows) {
    auto requests = collectives(2, "nccl");
    requests.resize(2);
    requests.push_back(collectives(2).front());
    auto const outcome = outcome_under_mpi(requests, 2, nccl_runner(row.library, row.misbehaviour));
    CAPTURE(row.misbehaviour, outcome.errors);
    CHECK(outcome.exit.success());
    REQUIRE(outcome.samples.size() == 3);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(outcome.samples[i].status == SampleStatus::failed);
      CHECK_THAT(outcome.samples[i].reason, ContainsSubstring(row.reason));
      CHECK_FALSE(outcome.samples[i].timing);
    }
    check_measured(outcome.samples[2]);
  }
}

TEST_CASE("Each rank of a node takes the device of its place in the list", "[runner][process][nccl][mpi]") {
  auto runner = nccl_runner(HPCADVISE_FAKE_NCCL);
  runner.environment["HPCADVISE_RANK_DEVICES"] = "2,0";
  auto const outcome = outcome_under_mpi(collectives(2, "nccl"), 2, runner);
  REQUIRE(outcome.hellos.size() == 1);
  CHECK(outcome.hellos[0].environment.at("KOKKOS_DEVICE_ID") == "2");  // of rank 0
  runner.environment["HPCADVISE_RANK_DEVICES"] = "2";
  auto const short_list = outcome_under_mpi(collectives(2, "nccl"), 2, runner);
  CHECK_FALSE(short_list.exit.success());
  CHECK_THAT(short_list.errors, ContainsSubstring("names no device for rank 1"));
}

#endif
