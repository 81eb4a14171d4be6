// SPDX-License-Identifier: Apache-2.0
#pragma once

// mpirun and its like: which one is there, and how it is told what we want.

#include "probes/launch/child_process.hpp"
#include "probes/ranks.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace hpcadvise::probes {

enum class MpiKind { open_mpi, hydra, intel_mpi, slurm };

struct MpiLauncher {
  std::filesystem::path program;
  MpiKind kind = MpiKind::open_mpi;
  std::string version;     // the first line of --version
  std::string mpi_type{};  // of srun: how it joins the ranks
};

// By what --version prints.
std::optional<MpiKind> mpi_kind(std::string_view version_text);

// How long a launcher may take to say its version, and srun its types of MPI.
inline constexpr double usual_launcher_patience_s = 10;

struct MpiSearch {
  std::optional<MpiLauncher> launcher;
  std::string problem;    // why there is none
  std::string next_step;  // what to do about that
};
// mpirun, then mpiexec, of `path` as PATH has it. Asks each for its --version.
MpiSearch find_mpi_launcher(std::string_view path, double patience_s = usual_launcher_patience_s);

enum class Binding { core, numa };
std::string_view to_string(Binding binding);

struct MpiJob {
  Ranks ranks;
  Binding binding = Binding::core;
  bool oversubscribe = false;  // more ranks than cores, knowingly
  bool as_root = false;
  bool bound = true;   // to cores; else a rank runs where it likes, and there may be more ranks than cores
  std::string node{};  // of a Slurm allocation the one that this process is on; empty: there is none
};

// The launcher, its options, and then the program with its arguments. A launcher of ranks on this node is not told of a
// Slurm allocation, whose other nodes it would use, and whose tasks it would take for the cores that there are.
Command mpi_command(MpiLauncher const& launcher, MpiJob const& job, Command const& program);

}  // namespace hpcadvise::probes
