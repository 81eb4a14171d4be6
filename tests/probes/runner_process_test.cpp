// SPDX-License-Identifier: Apache-2.0

// The runner as the front end meets it: a program, a plan, and lines.

#include "probes/launch/child_process.hpp"
#include "probes/launch/find_program.hpp"
#include "probes/launch/mpi_launcher.hpp"
#include "probes/protocol.hpp"
#include "probes/providers.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

using namespace hpcadvise;
using Catch::Matchers::ContainsSubstring;
using probes::SamplePlan;
using probes::SampleRequest;
using profiles::Parameters;
using profiles::SampleStatus;

namespace {

std::string const runner = HPCADVISE_RUNNER_FILE;

// A plan in a file that goes with the object.
class PlanFile {
 public:
  explicit PlanFile(std::string const& text) { std::ofstream(path()) << text; }
  std::string path() const { return folder_.file("plan.json"); }

 private:
  tests::TemporaryFolder folder_;
};

struct Outcome {
  std::vector<probes::HelloEvent> hellos;
  std::vector<profiles::Sample> samples;
  std::vector<std::int64_t> started;
  std::vector<std::string> garbage;
  int done = 0;
  probes::ExitStatus exit;
  std::string errors;
};

probes::Command runner_command(std::vector<std::string> const& arguments, int threads = 2) {
  probes::Command command{{runner}, {{"OMP_NUM_THREADS", std::to_string(threads)}}};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  return command;
}

// MPI leaves some memory behind at its end, which a build with LeakSanitizer would hold against the runner. Its
// plugins are unloaded by then and have no frame pointers: only a full unwinding finds a name on the stack.
probes::Command with_mpi(probes::Command command) {
  command.environment["LSAN_OPTIONS"] =
      "print_suppressions=0:suppressions=" HPCADVISE_TEST_DATA "/probes/mpi_leaks.supp";
  command.environment["ASAN_OPTIONS"] = "fast_unwind_on_malloc=0";
  return command;
}

Outcome outcome_of(probes::Command const& command) {
  constexpr double patience_s = 120;
  Outcome outcome;
  probes::ChildProcess child(command);
  for (;;) {
    auto const output = child.next_line(patience_s);
    if (output.kind != probes::ChildProcess::Output::Kind::line) break;
    auto const event = probes::event_from_line(output.line);
    if (auto const* hello = std::get_if<probes::HelloEvent>(&event)) outcome.hellos.push_back(*hello);
    if (auto const* start = std::get_if<probes::StartEvent>(&event)) outcome.started.push_back(start->request_id);
    if (auto const* sample = std::get_if<probes::SampleEvent>(&event)) outcome.samples.push_back(sample->sample);
    if (auto const* garbage = std::get_if<probes::GarbageEvent>(&event)) outcome.garbage.push_back(garbage->line);
    if (std::holds_alternative<probes::DoneEvent>(event)) ++outcome.done;
  }
  outcome.exit = child.end(patience_s);
  outcome.errors = child.stderr_tail();
  return outcome;
}

SampleRequest request(std::string const& probe, std::string const& provider, Parameters parameters) {
  SampleRequest result;
  result.probe = probe;
  result.provider = provider;
  result.parameters = std::move(parameters);
  result.rule = {.target_half_width = 0.1, .max_total_s = 0.02, .min_readings = 6, .max_readings = 20};
  return result;
}

SamplePlan plan_of(std::vector<SampleRequest> requests) {
  SamplePlan plan;
  plan.requests = std::move(requests);
  for (auto& each : plan.requests) each.id = &each - plan.requests.data();
  return plan;
}

Outcome outcome_of(std::vector<SampleRequest> requests) {
  PlanFile const file(probes::plan_to_json(plan_of(std::move(requests))));
  return outcome_of(runner_command({"--plan", file.path()}));
}

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

Parameters memory(std::string const& kernel, std::string const& level, std::int64_t bytes) {
  return {{"kernel", kernel}, {"level", level}, {"working_set_bytes", bytes}};
}

void check_measured(profiles::Sample const& sample) {
  CAPTURE(sample_key(sample), sample.reason);
  CHECK(sample.status == SampleStatus::ok);
  CHECK(sample.reason.empty());
  REQUIRE(sample.timing);
  CHECK(sample.timing->median_s > 0);
  CHECK(sample.timing->count == std::int64_t(sample.timing->readings_s.size()));
  for (auto const& [name, rate] : sample.rates) {
    CHECK(rate.low <= rate.median);
    CHECK(rate.median <= rate.high);
    CHECK(rate.median > 0);
  }
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

TEST_CASE("Every probe of the host measures, checked and with rates", "[runner][process]") {
  auto requests = std::vector{
      request("gemm", "kokkos", gemm(37, "fp32", false)),
      request("gemm", "kokkos", gemm(37, "fp64", true)),
      request("attention", "kokkos", attention("forward", true)),
      request("attention", "kokkos", attention("backward", false)),
      request("launch", "kokkos", {{"kind", std::string("parallel_for")}}),
      request("launch", "kokkos", {{"kind", std::string("team")}}),
  };
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
    if (outcome.samples[i].probe == "launch") continue;
    CHECK(outcome.samples[i].correctness);
    CHECK(outcome.samples[i].work_bytes > 0);
    CHECK(outcome.samples[i].rates.contains("bytes_per_s"));
  }
  CHECK(outcome.samples[0].work_flops == 2.0 * 37 * 48 * 65);
  CHECK(outcome.samples[0].work_bytes == 4.0 * (37 * 65 + 65 * 48 + 37 * 48));
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
