// SPDX-License-Identifier: Apache-2.0
#pragma once

// By what ranks on several nodes can be started here. Which launcher fits an MPI is not written anywhere that could be
// read, so each is tried.

#include "probes/collective_plan.hpp"

namespace hpcadvise::probes {

struct WayBetweenNodes {
  std::optional<RankStart> start;
  std::string problem;  // why there is none: what each launcher came to
};

// srun with each type of MPI that it has, then mpirun: the first whose runner (`ask`) has as many ranks, and as many a
// node, as the job. `devices`: of a node's ranks; of a host none.
WayBetweenNodes way_between_nodes(MpiJob const& job, std::vector<int> const& devices, LauncherSearch const& launchers,
                                  std::function<RunOutcome(RankStart const&)> const& ask);

}  // namespace hpcadvise::probes
