// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fake_machine.hpp"

#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <string>

namespace hpcadvise::probes {

// A Slurm allocation around a fake machine, and an srun that starts the fake runner as if there were ranks on its
// nodes. `does`: shell commands that srun runs before that.
class FakeAllocation {
 public:
  FakeAllocation(FakeMachine const& machine, char const* node_count, std::string const& does = "",
                 char const* types = "pmix none pmi2")
      : folder_(machine.folder.path()) {
    ::setenv("SLURM_JOB_ID", "17", 1);
    ::setenv("SLURM_JOB_NUM_NODES", node_count, 1);
    ::setenv("SLURMD_NODENAME", "nid1", 1);
    auto const srun = folder_ / "srun";
    std::ofstream(srun) << "#!/bin/sh\n[ \"$1\" = --mpi=list ] && { echo '" << types
                        << "'; exit; }\n"
                           "echo \"$HPCADVISE_RANK_DEVICES: $*\" >> \"${0%/*}/srun.log\"\n"
                           "for each in \"$@\"; do case $each in --ntasks-per-node=*) "
                           "export FAKE_RANKS_A_NODE=${each#*=};; esac; done\n"
                        << does << "\nwhile [ \"$1\" != '" HPCADVISE_FAKE_RUNNER "' ]; do shift; done\nexec \"$@\"\n";
    std::filesystem::permissions(srun, std::filesystem::perms::owner_all);
  }
  ~FakeAllocation() {
    for (auto const* const name : {"SLURM_JOB_ID", "SLURM_JOB_NUM_NODES", "SLURMD_NODENAME"}) ::unsetenv(name);
  }
  FakeAllocation(FakeAllocation const&) = delete;
  FakeAllocation& operator=(FakeAllocation const&) = delete;

  // What srun was told, a line a start, as FakeMachine::mpirun_log.
  std::string srun_log() const {
    std::ifstream file(folder_ / "srun.log");
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace hpcadvise::probes
