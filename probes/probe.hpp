// SPDX-License-Identifier: Apache-2.0
#pragma once

// A probe as the front end knows it: its name and which samples it wants on a given machine. The measuring half
// stands in probes/runner/, in the executable that links Kokkos. Adding a probe: docs/adding_a_probe.md.

#include "probes/sample_request.hpp"
#include "profiles/machine_profile.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace hpcadvise::probes {

// What a plan may depend on.
struct PlanContext {
  profiles::HostSpec host;
  int thread_count = 1;                // of the runner
  std::vector<std::string> providers;  // what the runner said it has: "kokkos", "openblas", "mpi"
  int rank_count = 0;                  // for collectives; 0: no MPI
};

struct Probe {
  std::string_view name;
  std::string_view summary;
  std::string_view primary_rate;  // "flops_per_s": what is shown first; empty: the time itself
  // Most valuable first; each request carries its weight in `expected_s` and its place.
  std::vector<SampleRequest> (*plan)(PlanContext const&);
};

// The table of all probes: a row a probe.
std::span<Probe const> all_probes();
Probe const* find_probe(std::string_view name);

}  // namespace hpcadvise::probes
