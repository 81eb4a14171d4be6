// SPDX-License-Identifier: Apache-2.0

// hpcadvise-bench: how good our kernels are on this machine, in one run.

#include "probes/runner/bench/fair_blas.hpp"
#include "probes/runner/bench/report.hpp"
#include "probes/runner/environment.hpp"
#include "profiles/error.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <Kokkos_Core.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>

namespace {

using namespace hpcadvise::probes::runner;
using hpcadvise::profiles::ExitCode;

struct Options {
  bool json = false;
  std::vector<std::string> only;  // empty: all of them
};

std::vector<std::string> benchmark_names() {
  std::vector<std::string> names;
  for (auto const& benchmark : all_benchmarks()) names.emplace_back(benchmark.name);
  return names;
}

NamedResult result_of(Benchmark const& benchmark) {
  try {
    return {benchmark.name, benchmark.summary, benchmark.run(), {}};
  } catch (hpcadvise::profiles::MachineError const& error) {
    return {benchmark.name, benchmark.summary, std::nullopt, error.what()};
  }
}

std::vector<NamedResult> run_benchmarks(Options const& options) {
  Kokkos::ScopeGuard const kokkos;
  std::vector<NamedResult> results;
  for (auto const& benchmark : all_benchmarks()) {
    if (!options.only.empty() && std::ranges::find(options.only, benchmark.name) == options.only.end()) continue;
    fmt::print(stderr, "{}: {}\n", benchmark.name, benchmark.summary);
    results.push_back(result_of(benchmark));
  }
  return results;
}

}  // namespace

int main(int argument_count, char** arguments) {
  Options options;
  CLI::App app("Measures hpcadvise's kernels against what else this machine offers, in one run, as ratios.");
  app.add_flag("--json", options.json, "One JSON object instead of a table");
  app.add_option("--only", options.only, "Run just these benchmarks")->check(CLI::IsMember(benchmark_names()));
  try {
    app.parse(argument_count, arguments);
  } catch (CLI::ParseError const& error) {
    return app.exit(error) == 0 ? int(ExitCode::done) : int(ExitCode::usage);
  }
  try {
    take_fair_blas(arguments);
    pin_threads(arguments, false);
    auto const results = run_benchmarks(options);
    fmt::print("{}", options.json ? benchmark_json(results) : benchmark_table(results));
    return int(ExitCode::done);
  } catch (std::exception const& error) {
    fmt::print(stderr, "hpcadvise-bench: {}\n", error.what());
    return int(ExitCode::internal);
  }
}
