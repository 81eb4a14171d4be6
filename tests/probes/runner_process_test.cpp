// SPDX-License-Identifier: Apache-2.0
#include "tests/probes/runner_process.hpp"

#include "probes/providers.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <csignal>
#include <string>
#include <variant>
#include <vector>

using namespace hpcadvise;
using namespace hpcadvise::tests;
using Catch::Matchers::ContainsSubstring;
using probes::SampleRequest;
using profiles::Parameters;
using profiles::SampleStatus;

namespace {

Parameters gemm(std::int64_t m, std::string const& precision, bool transposed) {
  return {{"m", m},
          {"n", std::int64_t{48}},
          {"k", std::int64_t{65}},
          {"precision", precision},
          {"a_transposed", transposed},
          {"b_transposed", transposed}};
}

Parameters attention(std::string const& direction, bool causal) {
  return {{"batch", std::int64_t{1}},
          {"query_heads", std::int64_t{4}},
          {"kv_heads", std::int64_t{2}},
          {"query_length", std::int64_t{65}},
          {"key_length", std::int64_t{65}},
          {"head_size", std::int64_t{64}},
          {"causal", causal},
          {"direction", direction},
          {"precision", std::string("fp32")}};
}

Parameters sustained(std::int64_t extent) {
  return {{"m", extent}, {"n", extent}, {"k", extent}, {"precision", std::string("fp32")}};
}

Parameters copy(std::string const& direction, std::string const& memory, std::int64_t bytes = 1 << 20) {
  return {{"direction", direction}, {"memory", memory}, {"numa_node", std::int64_t{0}}, {"message_bytes", bytes}};
}

Parameters peer_copy(std::int64_t peer) {
  return {{"direction", std::string("device_to_device")}, {"peer", peer}, {"message_bytes", std::int64_t{1} << 20}};
}

Parameters memory(std::string const& kernel, std::string const& level, std::int64_t bytes) {
  return {{"kernel", kernel}, {"level", level}, {"working_set_bytes", bytes}};
}

}  // namespace

TEST_CASE("The runner says who it is and what it has", "[runner][process]") {
  auto const outcome = outcome_of(runner_command({"--hello"}));
  CHECK(outcome.exit.success());
  REQUIRE(outcome.hellos.size() == 1);
  auto const& hello = outcome.hellos.front();
  CHECK_THAT(hello.runner, ContainsSubstring("hpcadvise-runner-host-"));
  CHECK(hello.backend == "host");
  CHECK(hello.thread_count == 2);
  CHECK(hello.rank_count == 1);
  CHECK(std::ranges::count(hello.providers, "kokkos") == 1);
  CHECK(hello.libraries.contains("kokkos"));
  CHECK(hello.clock_resolution_s > 0);
  CHECK(hello.environment.contains("OMP_PROC_BIND"));  // set by the runner where the user has not
  CHECK(outcome.done == 1);
  CHECK(outcome.garbage.empty());
  // What is not there says why; what is there needs no reason.
  CHECK(hello.sensors.size() >= 3);
  for (auto const& sensor : hello.sensors) CHECK(sensor.available == sensor.reason.empty());
}

TEST_CASE("The runner's libraries are told what the user told them, and the runner says so", "[runner][process]") {
  auto command = runner_command({"--hello"});
  command.environment["OPENBLAS_CORETYPE"] = "Core2";
  auto const outcome = outcome_of(command);
  REQUIRE(outcome.hellos.size() == 1);
  auto const& hello = outcome.hellos.front();
  CHECK(hello.environment.at("OPENBLAS_CORETYPE") == "Core2");
  auto const usual = outcome_of(runner_command({"--hello"}));
  REQUIRE(usual.hellos.size() == 1);
  // A build for one processor, and one for Arm, keep theirs.
  if (hello.libraries != usual.hellos.front().libraries)
    CHECK_THAT(hello.libraries.at("openblas"), ContainsSubstring(" Core2"));
}

TEST_CASE("Every probe of the host measures, checked and with rates", "[runner][process]") {
  auto requests = std::vector{
      request("gemm", "kokkos", gemm(37, "fp32", false)),
      request("gemm", "kokkos", gemm(37, "fp64", true)),
      request("attention", "kokkos", attention("forward", true)),
      request("attention", "kokkos", attention("backward", false)),
      request("launch", "kokkos", {{"kind", std::string("parallel_for")}}),
      request("launch", "kokkos", {{"kind", std::string("team")}}),
      request("launch", "kokkos", {{"kind", std::string("chain")}, {"count", std::int64_t{10}}}),
      request("launch", "kokkos", {{"kind", std::string("graph")}, {"count", std::int64_t{10}}}),
  };
  requests.push_back(request("sustained", "kokkos", sustained(64)));
  for (auto const* const direction : {"host_to_device", "device_to_host", "both_ways"})
    for (auto const* const held : {"pinned", "pageable"})
      requests.push_back(request("link", "runtime", copy(direction, held)));
  requests.push_back(request("link", "runtime", peer_copy(1)));
  auto between_others = peer_copy(1);
  between_others["ordinal"] = std::int64_t{2};
  requests.push_back(request("link", "runtime", between_others));
  auto to_another = copy("host_to_device", "pinned");
  to_another["ordinal"] = std::int64_t{2};
  requests.push_back(request("link", "runtime", to_another));
  for (auto const* const kernel : {"read", "write", "copy", "triad", "strided"}) {
    requests.push_back(request("memory", "kokkos", memory(kernel, "L1", 16384)));
    requests.push_back(request("memory", "kokkos", memory(kernel, "DRAM", 8 << 20)));
  }
  auto const outcome = outcome_of(requests);
  CHECK(outcome.exit.success());
  CHECK(outcome.garbage.empty());
  CHECK(outcome.done == 1);
  REQUIRE(outcome.samples.size() == requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    CHECK(outcome.started.at(i) == std::int64_t(i));
    CHECK(outcome.samples[i].parameters == requests[i].parameters);
    check_measured(outcome.samples[i]);
    if (outcome.samples[i].probe == "launch") {
      // A chain counts its kernels and has an answer; an empty kernel has none.
      auto const count = profiles::integer_parameter(requests[i].parameters, "count");
      CHECK(outcome.samples[i].correctness.has_value() == count.has_value());
      CHECK(outcome.samples[i].timing->calls_per_reading % count.value_or(1) == 0);
      continue;
    }
    CHECK(outcome.samples[i].correctness);
    CHECK(outcome.samples[i].work_bytes > 0);
    CHECK(outcome.samples[i].rates.contains("bytes_per_s"));
  }
  CHECK(outcome.samples[0].work_flops == 2.0 * 37 * 48 * 65);
  CHECK(outcome.samples[0].work_bytes == 4.0 * (37 * 65 + 65 * 48 + 37 * 48));
}

TEST_CASE("What is sustained goes on to the end of its time, and says how it began and ended", "[runner][process]") {
  auto whole = request("sustained", "kokkos", sustained(512));
  whole.rule = {.target_half_width = 0.9, .max_total_s = 4, .min_readings = 6, .max_readings = 400};
  auto const outcome = outcome_of({whole});
  auto const& sample = outcome.samples.at(0);
  check_measured(sample);
  CHECK(sample.timing->stop != profiles::StopReason::converged);
  CHECK(sample.timing->total_s > 2);
  CHECK(sample.rates.contains("first_second_flops_per_s"));
  CHECK(sample.rates.contains("last_second_flops_per_s"));
  CHECK(sample.rates.contains("flops_per_j") == sample.counters.contains("energy_j"));
}

TEST_CASE("The vendor's GEMM measures where the runner has one", "[runner][process]") {
  auto const hello = outcome_of(runner_command({"--hello"})).hellos.at(0);
  auto const vendor = std::ranges::find_if(hello.providers, probes::is_vendor_blas);
  if (vendor == hello.providers.end()) SKIP("this runner was built without a vendor BLAS");
  auto const outcome = outcome_of({request("gemm", *vendor, gemm(37, "fp32", true))});
  check_measured(outcome.samples.at(0));
}

TEST_CASE("A request that cannot be measured fails with its reason, and the next one is measured",
          "[runner][process]") {
  auto without_m = gemm(37, "fp32", false);
  without_m.erase("m");
  struct Row {
    SampleRequest impossible;
    std::string reason;
  };
  std::vector<Row> const rows = {
      {request("crystal_ball", "kokkos", {}), "no probe crystal_ball"},
      {request("gemm", "abacus", gemm(37, "fp32", false)), "no provider abacus"},
      {request("gemm", "kokkos", without_m), "m is missing"},
      {request("gemm", "kokkos", gemm(0, "fp32", false)), "m=0"},
      {request("gemm", "kokkos", gemm(-1, "fp32", false)), "m=-1"},
      {request("gemm", "kokkos", gemm(2'000'000'000, "fp64", false)), "of memory"},
      {request("gemm", "kokkos", gemm(37, "fp8", false)), "fp8"},
      {request("gemm", "kokkos", gemm(37, "roman", false)), "roman"},
      {request("attention", "kokkos", attention("sideways", false)), "sideways"},
      {request("memory", "kokkos", memory("triad", "L9", 16384)), "L9"},
      {request("memory", "kokkos", memory("triad", "L1", 1)), "working_set_bytes=1"},
      {request("memory", "kokkos", memory("triad", "DRAM", std::int64_t{1} << 60)), "of memory"},
      {request("launch", "kokkos", {{"kind", std::string("rocket")}}), "rocket"},
      {request("link", "runtime", copy("sideways", "pinned")), "sideways"},
      {request("link", "runtime", copy("both_ways", "borrowed")), "borrowed"},
      {request("link", "runtime", copy("both_ways", "pinned", 1001)), "1001"},
      {request("link", "runtime", copy("both_ways", "pinned", std::int64_t{1} << 60)), "of memory"},
      {request("link", "runtime", peer_copy(-1)), "peer=-1"},
      {request("link", "kokkos", peer_copy(1)), "no provider kokkos"},
      {request("launch", "kokkos", {{"kind", std::string("graph")}}), "count is missing"},
      {request("launch", "kokkos", {{"kind", std::string("chain")}, {"count", std::int64_t{1} << 30}}), "above 100000"},
  };
  std::vector<SampleRequest> requests;
  for (auto const& row : rows) requests.push_back(row.impossible);
  requests.push_back(request("gemm", "kokkos", gemm(37, "fp32", false)));

  auto const outcome = outcome_of(requests);
  CHECK(outcome.exit.success());
  REQUIRE(outcome.samples.size() == requests.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(outcome.samples[i].status == SampleStatus::failed);
    CHECK_THAT(outcome.samples[i].reason, ContainsSubstring(rows[i].reason));
    CHECK_FALSE(outcome.samples[i].timing);
    CHECK(outcome.samples[i].rates.empty());
  }
  check_measured(outcome.samples.back());
}

TEST_CASE("Bad arguments end the runner with exit code 2 and a sentence", "[runner][process]") {
  CHECK(outcome_of(runner_command({"--version"})).exit.success());
  PlanFile const broken("{\"requests\": [");
  for (auto const& arguments : std::vector<std::vector<std::string>>{
           {}, {"--plan", "/nowhere/plan.json"}, {"--plan", "/"}, {"--plan", broken.path()}, {"--sing"}}) {
    auto const outcome = outcome_of(runner_command(arguments));
    CHECK(outcome.exit.code == 2);
    CHECK(outcome.hellos.empty());
    CHECK_FALSE(outcome.errors.empty());
  }
}

TEST_CASE("SIGTERM ends the runner in the middle of a sample", "[runner][process]") {
  auto endless = request("launch", "kokkos", {{"kind", std::string("team")}});
  endless.rule = {.target_half_width = 1e-9, .max_total_s = 600, .min_readings = 1'000'000, .max_readings = 1'000'000};
  PlanFile const file(probes::plan_to_json(plan_of({endless})));
  probes::ChildProcess child(runner_command({"--plan", file.path()}));
  for (;;) {
    auto const output = child.next_line(60);
    REQUIRE(output.kind == probes::ChildProcess::Output::Kind::line);
    if (std::holds_alternative<probes::StartEvent>(probes::event_from_line(output.line))) break;
  }
  CHECK(child.terminate(30).signal == SIGTERM);  // and not the SIGKILL that would follow
}
