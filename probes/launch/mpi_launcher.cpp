// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/mpi_launcher.hpp"

#include "probes/deadline.hpp"
#include "probes/launch/find_program.hpp"
#include "probes/launch/slurm.hpp"
#include "profiles/error.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

namespace hpcadvise::probes {
namespace {

bool is_bound(MpiJob const& job) { return job.bound && !job.oversubscribe; }
bool across_nodes(MpiJob const& job) { return job.ranks.placement == Placement::nodes; }

std::vector<std::string> open_mpi_options(MpiJob const& job, std::string const& binding) {
  std::vector<std::string> options;
  if (job.as_root) options.emplace_back("--allow-run-as-root");
  options.insert(options.end(), {"-np", std::to_string(job.ranks.rank_count), "--map-by"});
  if (across_nodes(job)) {
    // Slurm's tasks are slots, of which there may be fewer than cores or devices.
    options.insert(options.end(), {fmt::format("ppr:{}:node:OVERSUBSCRIBE", job.ranks.ranks_a_node), "--bind-to",
                                   is_bound(job) ? binding : "none"});
  } else if (is_bound(job)) {
    options.insert(options.end(), {binding, "--bind-to", binding});
  } else {
    // Binding to cores is refused where ranks share them.
    options.insert(options.end(), {binding + ":OVERSUBSCRIBE", "--bind-to", "none"});
  }
  return options;
}

std::vector<std::string> hydra_counts(MpiJob const& job) {
  std::vector<std::string> options{"-n", std::to_string(job.ranks.rank_count)};
  if (across_nodes(job)) options.insert(options.end(), {"-ppn", std::to_string(job.ranks.ranks_a_node)});
  return options;
}

std::vector<std::string> hydra_options(MpiJob const& job, std::string const& binding) {
  auto options = hydra_counts(job);
  if (is_bound(job))
    options.insert(options.end(), {"-bind-to", binding, "-map-by", binding});
  else
    options.insert(options.end(), {"-bind-to", "none"});
  return options;
}

std::vector<std::string> intel_options(MpiJob const& job, std::string const& binding) {
  auto options = hydra_counts(job);
  if (is_bound(job))
    options.insert(options.end(), {"-genv", "I_MPI_PIN_DOMAIN", binding});
  else
    options.insert(options.end(), {"-genv", "I_MPI_PIN", "0"});
  return options;
}

std::vector<std::string> options_of(MpiLauncher const& launcher, MpiJob const& job) {
  std::string const binding(to_string(job.binding));
  switch (launcher.kind) {
    case MpiKind::open_mpi: return open_mpi_options(job, binding);
    case MpiKind::hydra: return hydra_options(job, binding);
    case MpiKind::intel_mpi: return intel_options(job, binding);
    case MpiKind::slurm: return srun_options(launcher.mpi_type, job);
  }
  return {};
}

// By what this process may itself be one of several ranks; and what a step would take over from the request for the
// job, in place of what it is told.
std::vector<std::string> unwanted_variables(MpiLauncher const& launcher, MpiJob const& job) {
  std::vector<std::string> names{"PMI_RANK", "PMI_SIZE", "PMI_FD", "PMIX_RANK", "PMIX_NAMESPACE", "PMIX_SERVER_"};
  if (launcher.kind == MpiKind::slurm)
    names.insert(names.end(),
                 {"SLURM_CPUS_PER_TASK", "SRUN_CPUS_PER_TASK", "SLURM_GPUS_PER_TASK", "SLURM_TRES_PER_TASK",
                  "SLURM_NTASKS_PER_GPU", "SLURM_NTASKS_PER_TRES", "SLURM_GPU_BIND", "SLURM_EXPORT_ENV"});
  else if (!across_nodes(job))
    names.emplace_back("SLURM_");
  return names;
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

MpiSearch find_mpi_launcher(std::string_view path, double patience_s) {
  MpiSearch result{.launcher = {},
                   .problem = "no mpirun or mpiexec in PATH",
                   .next_step = "load or install MPI and build the runner with it, or leave it: one rank needs none"};
  for (auto const* const name : {"mpirun", "mpiexec"}) {
    auto const program = find_program(name, path);
    if (!program) continue;
    try {
      auto const deadline = after(patience_s);
      std::string const text =
          output_of({.arguments = {program->string(), "--version"}, .environment = {}}, patience_s);
      std::string const first_line = sanitized(std::string_view(text).substr(0, text.find('\n')), 120);
      if (auto const kind = mpi_kind(text)) return {MpiLauncher{*program, *kind, first_line}, {}, {}};
      if (seconds_until(deadline) <= 0) {
        result.problem = fmt::format("'{} --version' gave no answer within {}", program->string(),
                                     profiles::format_seconds(patience_s));
        result.next_step =
            patience_s < usual_launcher_patience_s
                ? "start it by hand to see what it waits for, give a larger --budget, or load another MPI"
                : "start it by hand to see what it waits for, or load another MPI";
        continue;
      }
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
  command.without = unwanted_variables(launcher, job);
  command.arguments = {launcher.program.string()};
  auto const options = options_of(launcher, job);
  command.arguments.insert(command.arguments.end(), options.begin(), options.end());
  // mpirun's own srun would wait for the step that this process may run in.
  if (launcher.kind != MpiKind::slurm && across_nodes(job)) command.environment["SLURM_OVERLAP"] = "1";
  if (launcher.kind == MpiKind::open_mpi && across_nodes(job))
    for (auto const& [name, value] : program.environment)
      command.arguments.insert(command.arguments.end(), {"-x", name});
  command.arguments.insert(command.arguments.end(), program.arguments.begin(), program.arguments.end());
  return command;
}

}  // namespace hpcadvise::probes
