// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/run_plan.hpp"

#include "probes/launch/session.hpp"
#include "probes/launch/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <set>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using profiles::SampleStatus;

namespace {

SamplePlan plan_of(std::int64_t count) {
  SamplePlan plan;
  for (std::int64_t id = 0; id < count; ++id) {
    SampleRequest request;
    request.id = id;
    request.probe = "gemm";
    request.provider = "kokkos";
    request.parameters = {{"m", id}};
    request.timeout_s = 60;
    plan.requests.push_back(request);
  }
  return plan;
}

// Runs a plan on the fake runner and keeps what it reported.
struct Run {
  std::string behaviour;
  std::map<std::int64_t, profiles::Sample> samples;
  std::vector<std::int64_t> order;
  TemporaryFolder folder;
  std::function<bool()> interrupted = [] { return false; };
  RunSettings settings;

  explicit Run(std::string how) : behaviour(std::move(how)) {
    settings.patience_s = 0.2;
    settings.command = {{HPCADVISE_FAKE_RUNNER, "--plan", "-"},
                        {{"FAKE_RUNNER", behaviour}, {"FAKE_RUNNER_STARTS", folder.path() / "starts"}}};
  }

  RunOutcome operator()(SamplePlan const& plan) {
    RunListener listener;
    listener.interrupted = interrupted;
    listener.sampled = [this](SampleRequest const& request, profiles::Sample const& sample) {
      samples[request.id] = sample;
      order.push_back(request.id);
    };
    return run_plan(plan, settings, listener);
  }

  // How often the runner was started.
  std::int64_t starts() const {
    std::error_code none;
    auto const bytes = std::filesystem::file_size(folder.path() / "starts", none);
    return none ? 0 : std::int64_t(bytes);
  }
  SampleStatus status(std::int64_t id) const { return samples.at(id).status; }
  std::string reason(std::int64_t id) const { return samples.at(id).reason; }
};

}  // namespace

TEST_CASE("A well-behaved runner measures all samples in one start", "[launch]") {
  Run run("");
  auto const outcome = run(plan_of(3));
  CHECK(run.starts() == 1);
  CHECK(outcome.lost.empty());
  CHECK_FALSE(garbage_finding(outcome.garbage));
  REQUIRE(outcome.hello);
  CHECK(outcome.hello->thread_count == 2);
  CHECK(run.order == std::vector<std::int64_t>{0, 1, 2});
  for (std::int64_t id = 0; id < 3; ++id) CHECK(run.status(id) == SampleStatus::ok);
}

TEST_CASE("An empty plan asks the runner what it can do", "[launch]") {
  Run run("");
  auto const outcome = run({});
  REQUIRE(outcome.hello);
  CHECK(outcome.hello->providers == std::vector<std::string>{"kokkos", "openblas", "mpi"});
  CHECK(outcome.lost.empty());
}

TEST_CASE("A crash costs the sample it happened in, and names the signal", "[launch]") {
  Run run("crash:1");
  auto const outcome = run(plan_of(4));
  CHECK(run.starts() == 2);
  CHECK(outcome.lost.empty());
  CHECK(run.status(1) == SampleStatus::crashed);
  CHECK_THAT(run.reason(1), ContainsSubstring("SIGSEGV"));
  for (std::int64_t const id : {0, 2, 3}) CHECK(run.status(id) == SampleStatus::ok);
}

TEST_CASE("Crashes one after the other each cost their sample only", "[launch]") {
  Run run("crash:0 exit:1 crash:2");
  auto const outcome = run(plan_of(4));
  CHECK(outcome.lost.empty());
  CHECK(run.status(0) == SampleStatus::crashed);
  CHECK(run.status(1) == SampleStatus::crashed);
  CHECK_THAT(run.reason(1), ContainsSubstring("exit code 3"));
  CHECK(run.status(2) == SampleStatus::crashed);
  CHECK(run.status(3) == SampleStatus::ok);
}

TEST_CASE("A hanging sample is ended by the watchdog and the rest goes on", "[launch]") {
  auto const* const how = GENERATE("hang:1", "stubborn:1", "family:1");
  Run run(how);
  auto plan = plan_of(3);
  plan.requests[1].timeout_s = 0.2;
  auto const outcome = run(plan);
  CHECK(outcome.lost.empty());
  CHECK(run.status(0) == SampleStatus::ok);
  CHECK(run.status(1) == SampleStatus::timed_out);
  CHECK_THAT(run.reason(1), ContainsSubstring("watchdog"));
  CHECK(run.status(2) == SampleStatus::ok);
}

TEST_CASE("Garbage is counted and quoted without its control characters, never obeyed", "[launch]") {
  Run run("garbage");
  auto const outcome = run(plan_of(2));
  CHECK(run.samples.size() == 2);
  auto const finding = garbage_finding(outcome.garbage);
  REQUIRE(finding);
  CHECK(finding->kind == "garbage_output");
  CHECK_THAT(finding->seen, ContainsSubstring("3 lines"));
  CHECK_THAT(finding->seen, ContainsSubstring("'Loading module ?[31mfoo'"));
}

TEST_CASE("A line beyond any bound is one piece of garbage", "[launch]") {
  Run run("huge");
  auto const outcome = run(plan_of(2));
  CHECK(run.status(0) == SampleStatus::ok);
  CHECK(run.status(1) == SampleStatus::ok);
  auto const finding = garbage_finding(outcome.garbage);
  REQUIRE(finding);
  CHECK_THAT(finding->seen, ContainsSubstring("1 line "));
  CHECK(finding->seen.size() < 300);
}

TEST_CASE("A sample that is reported twice counts once", "[launch]") {
  Run run("twice");
  auto const outcome = run(plan_of(2));
  CHECK(run.order.size() == 2);
  CHECK(outcome.garbage.line_count > 0);
}

TEST_CASE("A line cut off by the runner's end is not a sample", "[launch]") {
  Run run("truncated:1");
  auto const outcome = run(plan_of(3));
  CHECK(run.status(1) == SampleStatus::crashed);
  CHECK(run.status(2) == SampleStatus::ok);
  CHECK(outcome.garbage.line_count > 0);
}

TEST_CASE("A runner that dies before it says hello is lost, with its last words", "[launch]") {
  Run run("no-hello");
  auto const outcome = run(plan_of(2));
  CHECK_FALSE(outcome.hello);
  CHECK_THAT(outcome.lost, ContainsSubstring("exit code 127") && ContainsSubstring("libgone.so"));
  CHECK_THAT(outcome.next_step, ContainsSubstring("--plan - < PLAN.json"));
  CHECK(run.status(0) == SampleStatus::skipped);
  CHECK(run.status(1) == SampleStatus::skipped);
}

TEST_CASE("A runner that never says hello is lost", "[launch]") {
  Run run("silent");
  run.settings.hello_timeout_s = 0.2;
  CHECK_FALSE(run(plan_of(1)).lost.empty());
  CHECK(run.starts() == 1);
}

TEST_CASE("Two starts without progress end the run", "[launch]") {
  Run run("dies-idle");
  auto const outcome = run(plan_of(2));
  CHECK(run.starts() == 2);
  CHECK_FALSE(outcome.lost.empty());
  CHECK(run.status(0) == SampleStatus::skipped);
}

TEST_CASE("A runner that dies between samples is started again", "[launch]") {
  Run run("dies-after:0 dies-after:1");
  auto const outcome = run(plan_of(3));
  CHECK(run.starts() == 3);
  CHECK(outcome.lost.empty());
  for (std::int64_t id = 0; id < 3; ++id) CHECK(run.status(id) == SampleStatus::ok);
}

TEST_CASE("What is said after 'done' changes nothing", "[launch]") {
  Run run("talks-on");
  auto const outcome = run(plan_of(2));
  CHECK(outcome.lost.empty());
  CHECK(run.samples.size() == 2);
  CHECK(run.starts() == 1);
}

TEST_CASE("Separate processes in place of ranks are found out", "[launch]") {
  Run run("alone");
  run.settings.ranks = node_ranks(2);
  auto plan = plan_of(2);
  for (auto& request : plan.requests) request.ranks = node_ranks(2);
  auto const outcome = run(plan);
  CHECK_THAT(outcome.lost, ContainsSubstring("2 MPI ranks were asked for") && ContainsSubstring("another MPI"));
  CHECK(run.status(0) == SampleStatus::skipped);
}

TEST_CASE("An interrupt ends the runner and keeps what is measured", "[launch]") {
  Run run("hang:2");
  run.interrupted = [&] { return run.samples.size() == 2; };
  auto const outcome = run(plan_of(4));
  CHECK(outcome.interrupted);
  CHECK(run.order == std::vector<std::int64_t>{0, 1});
}

TEST_CASE("Nothing is measured beyond the deadline", "[launch]") {
  Run run("hang:2");
  run.interrupted = [&] {  // asked between any two lines
    if (run.samples.size() == 2) run.settings.deadline = std::chrono::steady_clock::now();
    return false;
  };
  auto const outcome = run(plan_of(4));
  CHECK(outcome.lost.empty());
  REQUIRE(run.samples.size() == 4);
  CHECK(run.status(1) == SampleStatus::ok);
  CHECK(run.status(2) == SampleStatus::skipped);
  CHECK(run.status(3) == SampleStatus::skipped);
  CHECK(run.reason(3) == "the budget was spent");
}

TEST_CASE("A program that is not there is named", "[launch]") {
  Run run("");
  run.settings.command.arguments = {"/nowhere/runner"};
  CHECK_THROWS_WITH(run(plan_of(1)), ContainsSubstring("/nowhere/runner"));
}
