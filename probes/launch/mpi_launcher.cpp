// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/mpi_launcher.hpp"

#include "probes/launch/find_program.hpp"
#include "profiles/error.hpp"

#include <fmt/format.h>

#include <chrono>

namespace hpcadvise::probes {
namespace {

bool is_bound(MpiJob const& job) { return job.bound && !job.oversubscribe; }

// All it prints to stdout, while it is patient enough to be read.
std::string version_text(std::filesystem::path const& program) {
  constexpr double limit_s = 10;
  auto const start = std::chrono::steady_clock::now();
  ChildProcess child({{program.string(), "--version"}, {}});
  std::string text;
  while (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < limit_s) {
    auto const output = child.next_line(1);
    if (output.kind == ChildProcess::Output::Kind::end) break;
    if (output.kind == ChildProcess::Output::Kind::line) text += output.line + "\n";
  }
  child.terminate(1);
  return text;
}

std::vector<std::string> open_mpi_options(MpiJob const& job, std::string const& binding) {
  std::vector<std::string> options;
  if (job.as_root) options.emplace_back("--allow-run-as-root");
  options.insert(options.end(), {"-np", std::to_string(job.ranks.rank_count), "--map-by"});
  if (is_bound(job)) {
    options.insert(options.end(), {binding, "--bind-to", binding});
  } else {
    // Binding to cores is refused where ranks share them.
    options.insert(options.end(), {binding + ":OVERSUBSCRIBE", "--bind-to", "none"});
  }
  return options;
}

std::vector<std::string> hydra_options(MpiJob const& job, std::string const& binding) {
  if (!is_bound(job)) return {"-n", std::to_string(job.ranks.rank_count), "-bind-to", "none"};
  return {"-n", std::to_string(job.ranks.rank_count), "-bind-to", binding, "-map-by", binding};
}

std::vector<std::string> intel_options(MpiJob const& job, std::string const& binding) {
  if (!is_bound(job)) return {"-n", std::to_string(job.ranks.rank_count), "-genv", "I_MPI_PIN", "0"};
  return {"-n", std::to_string(job.ranks.rank_count), "-genv", "I_MPI_PIN_DOMAIN", binding};
}

std::vector<std::string> options_of(MpiKind kind, MpiJob const& job) {
  std::string const binding(to_string(job.binding));
  switch (kind) {
    case MpiKind::open_mpi: return open_mpi_options(job, binding);
    case MpiKind::hydra: return hydra_options(job, binding);
    case MpiKind::intel_mpi: return intel_options(job, binding);
  }
  return {};
}

}  // namespace

std::string_view to_string(Binding binding) { return binding == Binding::core ? "core" : "numa"; }

std::optional<MpiKind> mpi_kind(std::string_view version_text) {
  if (version_text.find("Open MPI") != std::string_view::npos) return MpiKind::open_mpi;
  if (version_text.find("OpenRTE") != std::string_view::npos) return MpiKind::open_mpi;
  if (version_text.find("Intel(R) MPI") != std::string_view::npos) return MpiKind::intel_mpi;
  if (version_text.find("HYDRA") != std::string_view::npos) return MpiKind::hydra;
  return std::nullopt;
}

MpiSearch find_mpi_launcher(std::string_view path) {
  MpiSearch result;
  result.problem = "no mpirun or mpiexec in PATH";
  for (auto const* const name : {"mpirun", "mpiexec"}) {
    auto const program = find_program(name, path);
    if (!program) continue;
    try {
      std::string const text = version_text(*program);
      std::string const first_line = sanitized(std::string_view(text).substr(0, text.find('\n')), 120);
      if (auto const kind = mpi_kind(text)) return {MpiLauncher{*program, *kind, first_line}, {}};
      result.problem = fmt::format("'{}' is of a kind that is not known here (its --version says '{}')",
                                   program->string(), first_line);
    } catch (profiles::MachineError const& error) {
      result.problem = error.what();
    }
  }
  return result;
}

Command mpi_command(MpiLauncher const& launcher, MpiJob const& job, Command const& program) {
  Command command;
  command.environment = program.environment;
  command.arguments = {launcher.program.string()};
  auto const options = options_of(launcher.kind, job);
  command.arguments.insert(command.arguments.end(), options.begin(), options.end());
  command.arguments.insert(command.arguments.end(), program.arguments.begin(), program.arguments.end());
  return command;
}

}  // namespace hpcadvise::probes
