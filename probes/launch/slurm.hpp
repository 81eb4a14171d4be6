// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Slurm allocation that this process is in, and its srun as a launcher of MPI ranks.

#include "probes/launch/mpi_launcher.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::probes {

struct SlurmAllocation {
  int node_count = 1;
  std::string this_node{};  // as Slurm calls it; empty: this process is on none of its nodes
};

// By SLURM_JOB_ID, SLURM_JOB_NUM_NODES and SLURMD_NODENAME, which batch scripts and tasks have, and a shell that salloc
// leaves on the login node lacks. Nothing outside of a job, and where the number of nodes is none.
std::optional<SlurmAllocation> slurm_allocation();

// Which of the types that `srun --mpi=list` printed may join ranks of that MPI (as mpi_library() names it), the likely
// one first. A wrong one starts ranks that each believe to be alone.
std::vector<std::string> srun_mpi_types(std::string_view listed, std::string_view mpi_library);

struct SrunSearch {
  std::vector<MpiLauncher> launchers;
  std::string problem;    // why there is none
  std::string next_step;  // what to do about that; empty: look for another launcher
};
// srun of `path`, once for each type that could do. Asks it for its types.
SrunSearch find_sruns(std::string_view path, std::string_view mpi_library,
                      double patience_s = usual_launcher_patience_s);

// What srun is told of these ranks.
std::vector<std::string> srun_options(std::string const& mpi_type, MpiJob const& job);

}  // namespace hpcadvise::probes
