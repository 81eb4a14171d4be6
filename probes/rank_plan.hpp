// SPDX-License-Identifier: Apache-2.0
#pragma once

// How many ranks of MPI on this node, bound to what, started by what; or why none.

#include "probes/launch/slurm.hpp"
#include "probes/measure_machine.hpp"

namespace hpcadvise::probes {

struct RankPlan {
  MpiJob job;
  std::optional<MpiLauncher> launcher;
  std::string problem;    // why there can be no collectives; empty if there can
  std::string next_step;  // what to do about that
  bool oversubscribed = false;
};

// What ranks can be started by.
struct LauncherSearch {
  std::string mpi_library{};  // of the runner, as hello has it; empty: it was built without MPI
  std::optional<SlurmAllocation> allocation{};
  double patience_s = usual_launcher_patience_s;  // with a launcher that says nothing of itself
};

// `usable_cores`: allowed cores, less where a control group limits CPU time. Looks for a launcher in PATH: mpirun, or
// on a node of an allocation srun. Throws UsageError for more ranks than cores without `oversubscribe`, and for a rank
// count below 1.
RankPlan plan_ranks(ProbeRequest const& request, profiles::HostSpec const& host, int usable_cores,
                    LauncherSearch const& launchers);

// One rank a GPU, at least two of them; where its threads run is left to the library that moves the messages. Throws
// UsageError for more ranks than GPUs, and for a rank count below 1.
RankPlan plan_device_ranks(ProbeRequest const& request, int device_count, LauncherSearch const& launchers);

}  // namespace hpcadvise::probes
