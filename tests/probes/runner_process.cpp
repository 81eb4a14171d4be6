// SPDX-License-Identifier: Apache-2.0
#include "tests/probes/runner_process.hpp"

#include "probes/launch/find_program.hpp"
#include "probes/launch/mpi_launcher.hpp"

#include <unistd.h>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <fstream>
#include <variant>

namespace hpcadvise::tests {

using probes::SamplePlan;
using probes::SampleRequest;
using profiles::Parameters;
using profiles::SampleStatus;

PlanFile::PlanFile(std::string const& text) { std::ofstream(path()) << text; }

probes::Command runner_command(std::vector<std::string> const& arguments, int threads) {
  probes::Command command{{HPCADVISE_RUNNER_FILE}, {{"OMP_NUM_THREADS", std::to_string(threads)}}};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  return command;
}

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

Outcome outcome_under_mpi(std::vector<SampleRequest> requests, int rank_count, probes::Command runner) {
  auto const search = probes::find_mpi_launcher(probes::environment_value("PATH"));
  if (!search.launcher) SKIP("no MPI: " + search.problem);
  if (std::ranges::count(outcome_of(runner_command({"--hello"})).hellos.at(0).providers, "mpi") == 0)
    SKIP("this runner was built without MPI");
  PlanFile const file(probes::plan_to_json(plan_of(std::move(requests))));
  runner.arguments.insert(runner.arguments.end(), {"--plan", "-", "--ranks", std::to_string(rank_count)});
  auto command = probes::mpi_command(
      *search.launcher, {.ranks = probes::node_ranks(rank_count), .oversubscribe = true, .as_root = geteuid() == 0},
      with_mpi(std::move(runner)));
  command.input = file.path();
  return outcome_of(command);
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
    CHECK((rate.median > 0 || name.ends_with("_share")));
  }
}

}  // namespace hpcadvise::tests
