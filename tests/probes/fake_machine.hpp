// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/launch/temporary_folder.hpp"
#include "probes/measure_machine.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace hpcadvise::probes {

// The fake runner, and an mpirun that starts it as if there were ranks.
struct FakeMachine {
  TemporaryFolder folder;
  std::string old_path = std::getenv("PATH");
  ProbeRequest request;
  Progress silent;

  explicit FakeMachine(char const* behaviour, bool with_mpi = true) {
    ::setenv("FAKE_RUNNER", behaviour, 1);
    ::unsetenv("SLURM_JOB_ID");  // these tests may themselves run in an allocation
    if (with_mpi) {
      auto const mpirun = folder.path() / "mpirun";
      std::ofstream(mpirun) << "#!/bin/sh\n[ \"$1\" = --version ] && { echo 'mpirun (Open MPI) 4.1.4'; exit; }\n"
                               "echo \"$HPCADVISE_RANK_DEVICES: $*\" >> \"${0%/*}/mpirun.log\"\n"
                               "for each in \"$@\"; do case $each in ppr:*) each=${each#ppr:}; "
                               "export FAKE_RANKS_A_NODE=${each%%:*};; esac; done\n"
                               "while [ \"$1\" != '" HPCADVISE_FAKE_RUNNER "' ]; do shift; done\nexec \"$@\"\n";
      std::filesystem::permissions(mpirun, std::filesystem::perms::owner_all);
    }
    ::setenv("PATH", folder.path().c_str(), 1);
    request.runners = {HPCADVISE_FAKE_RUNNER, {}, {}};
    request.name = "test";
    request.rank_count = 2;
    request.roots.synthetic_topology = "Package:1 NUMANode:1(memory=8GiB) L2:4(size=1MiB) L1:1(size=32KiB) Core:1 PU:1";
  }
  ~FakeMachine() {
    ::unsetenv("FAKE_RUNNER");
    ::setenv("PATH", old_path.c_str(), 1);
  }
  FakeMachine(FakeMachine const&) = delete;
  FakeMachine& operator=(FakeMachine const&) = delete;

  // What mpirun was told, a line a start: "the devices of the ranks: arguments".
  std::string mpirun_log() const {
    std::ifstream file(folder.path() / "mpirun.log");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  profiles::MachineProfile probe() {
    return probe_machine(request, silent, [] { return false; });
  }
};

inline std::int64_t count_of(profiles::MachineProfile const& profile, profiles::SampleStatus status,
                             std::string_view probe = "") {
  return std::count_if(profile.samples.begin(), profile.samples.end(), [&](auto const& sample) {
    return sample.status == status && (probe.empty() || sample.probe == probe);
  });
}

inline profiles::Finding const* find_finding(profiles::MachineProfile const& profile, std::string_view kind) {
  for (auto const& finding : profile.findings)
    if (finding.kind == kind) return &finding;
  return nullptr;
}

inline constexpr char const* h100 = "NVIDIA H100 80GB HBM3";

// As the kernel's driver shows it: device `ordinal` of the fake runner.
inline void plug_in(FakeMachine& machine, int ordinal, std::string const& name) {
  machine.request.roots.proc = machine.folder.path();
  auto const bus_id = "0000:" + std::to_string(10 + ordinal) + ":00.0";
  auto const folder = machine.folder.path() / "driver/nvidia/gpus" / bus_id;
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "information") << "Model: \t " << name << "\n";
}

}  // namespace hpcadvise::probes
