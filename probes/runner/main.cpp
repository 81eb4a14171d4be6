// SPDX-License-Identifier: Apache-2.0

// The executable that measures: the environment, MPI, the plan, Kokkos, and then one event a line on stdout.

#include "kernels/vendor/device_info.hpp"
#include "probes/common_start.hpp"
#include "probes/runner/command_line.hpp"
#include "probes/runner/environment.hpp"
#include "probes/runner/hello.hpp"
#include "probes/runner/rank_devices.hpp"
#include "probes/runner/run_plan.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/error.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <string>

namespace {

using namespace hpcadvise::probes;
using hpcadvise::profiles::ExitCode;

// What is wrong on one rank ends all of them, and the first says it.
struct SaidByFirstRank {};

void refuse(runner::MpiSession const& mpi, std::string const& problem, char const* next_step) {
  if (problem.empty()) return;
  if (mpi.rank() > 0) throw SaidByFirstRank{};
  throw hpcadvise::profiles::UsageError(problem, next_step);
}

// Each line leaves at once: what was measured before a crash is not lost.
void print(Event const& event) {
  std::puts(event_to_line(event).c_str());
  std::fflush(stdout);
}

bool is_rank(runner::CommandLine const& command_line) {
  return command_line.ranks ? *command_line.ranks > 1 : runner::started_by_mpi_launcher();
}

std::string plan_text(std::filesystem::path const& file) {
  if (file != "-") return hpcadvise::profiles::read_text_file(file);
  return {std::istreambuf_iterator<char>(std::cin), {}};
}

// The same on all ranks. Where MPI did not join the ranks that were started, each would take itself for the first: then
// nothing is read, and the size in hello tells.
SamplePlan read_plan(runner::CommandLine const& command_line, runner::MpiSession const& mpi) {
  if (command_line.hello || command_line.ranks.value_or(mpi.size()) != mpi.size()) return {};
  std::string text;
  auto const problem = mpi.first_problem([&] {
    if (mpi.rank() > 0) return;
    text = plan_text(command_line.plan);
    plan_from_json(text, command_line.plan);
  });
  refuse(mpi, problem, "write the plan again with `hpcadvise probe`");
  mpi.share(text);
  return plan_from_json(text, command_line.plan);
}

void take_devices(runner::MpiSession const& mpi) {
  auto const problem = mpi.first_problem([&] { runner::take_device_of_rank(mpi.local_rank()); });
  refuse(mpi, problem, "give each node the same devices, and each rank one of them in HPCADVISE_RANK_DEVICES");
}

void require_devices_of_a_kind(runner::MpiSession const& mpi) {
  auto const device = hpcadvise::kernels::device_info();
  refuse(mpi, runner::mixed_rank_devices(mpi, device ? device->name : ""), "take nodes with devices of one kind");
}

void measure(std::string const& runner_name, runner::CommandLine const& command_line) {
  runner::MpiSession const mpi(is_rank(command_line));
  auto const plan = read_plan(command_line, mpi);
  take_devices(mpi);
  Kokkos::ScopeGuard const kokkos;
  require_devices_of_a_kind(mpi);
  runner::Sensors sensors("/", runner::measured_device());
  runner::Space const space;
  runner::Communicators communicators(mpi);
  runner::Context const context{.space = space,
                                .clock_resolution_s = runner::timing_resolution_s(space),
                                .mpi = mpi,
                                .sensors = sensors,
                                .communicators = communicators};
  auto const emit = [&](Event const& event) {
    if (mpi.rank() == 0) print(event);
  };
  emit(runner::hello(runner_name, context));
  wait_for_common_start();
  runner::run_plan(plan, context, emit);
}

}  // namespace

int main(int argument_count, char** arguments) {
  try {
    runner::CommandLine command_line;
    if (auto const code = runner::parse_command_line(argument_count, arguments, command_line)) return *code;
    runner::pin_threads(arguments, is_rank(command_line));
    measure(std::filesystem::path(arguments[0]).filename(), command_line);
    return int(ExitCode::done);
  } catch (SaidByFirstRank const&) {
    // A launcher that saw this rank fail would end the first before it has spoken.
    return int(ExitCode::done);
  } catch (hpcadvise::profiles::Error const& error) {
    std::fprintf(stderr, "hpcadvise-runner: %s\n  %s\n", error.what(), error.next_step().c_str());
    return int(error.exit_code());
  } catch (std::exception const& error) {
    std::fprintf(stderr, "hpcadvise-runner: %s\n", error.what());
    return int(ExitCode::internal);
  }
}
