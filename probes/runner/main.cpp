// SPDX-License-Identifier: Apache-2.0

// The executable that measures: the environment, the plan, MPI, Kokkos, and then one event a line on stdout.

#include "probes/runner/command_line.hpp"
#include "probes/runner/environment.hpp"
#include "probes/runner/hello.hpp"
#include "probes/runner/run_plan.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/error.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>

namespace {

using namespace hpcadvise::probes;
using hpcadvise::profiles::ExitCode;

// Each line leaves at once: what was measured before a crash is not lost.
void print(Event const& event) {
  std::puts(event_to_line(event).c_str());
  std::fflush(stdout);
}

SamplePlan read_plan(runner::CommandLine const& command_line) {
  if (command_line.hello) return {};
  return plan_from_json(hpcadvise::profiles::read_text_file(command_line.plan), command_line.plan);
}

bool needs_mpi(SamplePlan const& plan) {
  return std::ranges::any_of(plan.requests, [](auto const& request) { return request.ranks.rank_count > 1; });
}

void measure(std::string const& runner_name, SamplePlan const& plan) {
  runner::MpiSession const mpi(needs_mpi(plan) || runner::started_by_mpi_launcher());
  if (auto const problem = mpi.first_problem([&] { runner::take_device_of_rank(mpi.local_rank()); }); !problem.empty())
    throw hpcadvise::profiles::UsageError(problem,
                                          "name a device for each rank in HPCADVISE_RANK_DEVICES, or unset it");
  Kokkos::ScopeGuard const kokkos;
  runner::Sensors sensors("/", runner::measured_device());
  runner::Space const space;
  runner::Communicators communicators(space, mpi);
  runner::Context const context{.space = space,
                                .clock_resolution_s = runner::timing_resolution_s(space),
                                .mpi = mpi,
                                .sensors = sensors,
                                .communicators = communicators};
  auto const emit = [&](Event const& event) {
    if (mpi.rank() == 0) print(event);
  };
  emit(runner::hello(runner_name, context));
  runner::run_plan(plan, context, emit);
}

}  // namespace

int main(int argument_count, char** arguments) {
  try {
    runner::CommandLine command_line;
    if (auto const code = runner::parse_command_line(argument_count, arguments, command_line)) return *code;
    auto const plan = read_plan(command_line);
    runner::pin_threads(arguments);
    measure(std::filesystem::path(arguments[0]).filename(), plan);
    return int(ExitCode::done);
  } catch (hpcadvise::profiles::Error const& error) {
    std::fprintf(stderr, "hpcadvise-runner: %s\n  %s\n", error.what(), error.next_step().c_str());
    return int(error.exit_code());
  } catch (std::exception const& error) {
    std::fprintf(stderr, "hpcadvise-runner: %s\n", error.what());
    return int(ExitCode::internal);
  }
}
