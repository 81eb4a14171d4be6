// SPDX-License-Identifier: Apache-2.0
#include "probes/common_start.hpp"

#include "probes/siblings.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using profiles::SampleStatus;

namespace {

constexpr int device_count = 3;

// Three devices take two samples each on the fake runner.
struct Siblings {
  TemporaryFolder folder;
  std::vector<SiblingRun> runs;

  explicit Siblings(std::string const& behaviour) {
    for (int device = 0; device < device_count; ++device) {
      SiblingRun run{.device = device, .settings = {}};
      run.settings.patience_s = 0.2;
      run.settings.command = {{HPCADVISE_FAKE_RUNNER, "--plan", "-"},
                              {{"FAKE_RUNNER", behaviour},
                               {"FAKE_RUNNER_NOTES", folder.path() / "notes"},
                               {"KOKKOS_DEVICE_ID", std::to_string(device)}}};
      runs.push_back(std::move(run));
    }
  }

  std::vector<SiblingResult> operator()() const {
    SamplePlan plan;
    for (std::int64_t id = 0; id < 2; ++id) {
      SampleRequest request;
      request.id = id;
      request.probe = "gemm";
      request.timeout_s = 60;
      plan.requests.push_back(request);
    }
    return run_siblings(plan, runs, [] { return false; });
  }

  std::vector<std::string> notes() const {
    std::ifstream file(folder.path() / "notes");
    return {std::istream_iterator<std::string>(file), {}};
  }
};

std::int64_t measured(SiblingResult const& result) {
  return std::ranges::count_if(result.samples, [](auto const& each) { return each.second.status == SampleStatus::ok; });
}

}  // namespace

TEST_CASE("Siblings begin to measure when the last of them is ready") {
  Siblings siblings("late-device:2");
  for (auto const& result : siblings()) CHECK(measured(result) == 2);
  auto const notes = siblings.notes();
  REQUIRE(notes.size() == device_count + 2 * device_count);
  CHECK(std::count(notes.begin(), notes.begin() + device_count, "ready") == device_count);
}

TEST_CASE("A sibling that ends or hangs before it is ready is not waited for") {
  Siblings lost("lost-device:1");
  Siblings silent("silent-device:1");
  for (auto& run : silent.runs) run.settings.hello_timeout_s = run.device == 1 ? 0.3 : 30;
  Siblings absent("");
  absent.runs[1].settings.command.arguments[0] = "/nonexistent/runner";
  for (auto const* const siblings : {&lost, &silent, &absent}) {
    auto const results = (*siblings)();
    CHECK_FALSE(results[1].outcome.lost.empty());
    for (int const device : {0, 2}) {
      CHECK(results[std::size_t(device)].outcome.lost.empty());
      CHECK(measured(results[std::size_t(device)]) == 2);
    }
  }
}

TEST_CASE("A runner does not wait for ever, nor at all where it was told nothing") {
  constexpr char const* name = "HPCADVISE_START_FILE";
  wait_for_common_start(1e9);
  ::setenv(name, "/nonexistent/start", 1);
  wait_for_common_start(0.01);
  ::unsetenv(name);
}

TEST_CASE("A runner that dies in a sample goes on with a new one, without waiting again") {
  Siblings siblings("crash:0");
  for (auto const& result : siblings()) {
    CHECK(result.outcome.lost.empty());
    CHECK(measured(result) == 1);
  }
}

TEST_CASE("The start is given once, by the last to arrive") {
  CommonStart start(2);
  auto const [name, file] = start.variable();
  CHECK(name == "HPCADVISE_START_FILE");
  start.arrived();
  CHECK_FALSE(std::filesystem::exists(file));
  start.arrived();
  CHECK(std::filesystem::exists(file));
}
