// SPDX-License-Identifier: Apache-2.0
#pragma once

// From nothing to a MachineProfile: discover, ask the runner what it can do, plan within the budget, measure, judge.

#include "probes/discovery/roots.hpp"
#include "probes/launch/find_runner.hpp"
#include "probes/launch/mpi_launcher.hpp"
#include "probes/plan.hpp"
#include "probes/progress.hpp"
#include "profiles/advice_needs.hpp"
#include "profiles/machine_profile.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::probes {

struct ProbeRequest {
  double budget_s = profiles::usual_budget_s;
  std::vector<std::string> only;    // names of probes; empty: all
  std::string backend = "auto";     // GPUs where there are some and a runner for them; "host", "cuda", "hip"
  std::optional<int> rank_count;    // for collectives; not given: one a NUMA domain, or a core where there is one
  std::optional<Binding> binding;   // not given: numa where there are several domains, else core
  bool oversubscribe = false;       // more ranks than cores are allowed
  std::optional<int> thread_count;  // of the runner; not given: the cores allowed
  std::string name;                 // of the profile; empty: default_profile_name
  std::string command_line;         // for the provenance
  RunnerSearch runners = default_runner_search();
  DiscoveryRoots roots;
};

// Throws UsageError for an unknown probe or backend, a budget too short for any sample, more ranks than cores without
// `oversubscribe`; MachineError when nothing at all could be measured: no runner, a runner that does not work, an MPI
// that does not fit when only collectives were asked for, samples that all failed. Whatever else goes wrong is a
// sample's status or a finding. While it runs, SIGINT, SIGTERM and SIGHUP end the measuring: what is there comes back,
// partial where a sample is missing; where nothing is, an Error with ExitCode::interrupted.
profiles::MachineProfile probe_machine(ProbeRequest const& request, Progress& progress);

// The same, asking `interrupted` in place of signals.
profiles::MachineProfile probe_machine(ProbeRequest const& request, Progress& progress,
                                       std::function<bool()> const& interrupted);

// Whether Ctrl-C ended it: the command line's exit code 130.
bool was_interrupted(profiles::MachineProfile const& profile);

}  // namespace hpcadvise::probes
