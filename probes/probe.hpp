// SPDX-License-Identifier: Apache-2.0
#pragma once

// A probe as the front end knows it: its name and which samples it wants on a given machine. The measuring half
// stands in probes/runner/, in the executable that links Kokkos. Adding a probe: docs/adding_a_probe.md.

#include "probes/sample_request.hpp"
#include "profiles/machine_profile.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::probes {

// What a plan may depend on.
struct PlanContext {
  profiles::HostSpec host;
  std::optional<profiles::GpuSpec> gpu{};  // that will be measured; absent: the host itself
  std::vector<int> peers{};                // ordinals of the other GPUs that the runner sees
  int thread_count = 1;                    // of the runner
  std::vector<std::string> providers;      // what the runner said it has: "kokkos", "openblas", "mpi"
  std::vector<Ranks> layouts{};            // of several ranks that can be started, for collectives
};

bool has_provider(PlanContext const& context, std::string_view provider);

// A sample that a probe would like. Its time limits are not the probe's to choose: plan_samples shares the budget out.
struct Candidate {
  SampleRequest request;
  double call_s = 0;      // one call, as expected; wrong by a factor of a few does no harm
  double overhead_s = 0;  // around the readings: inputs, the check
  // Of readings, where it is time that shows something and not their number. What has it comes after what has not.
  double least_s = 0;
  double wished_s = 0;
  bool needed = false;  // the advisor cannot do without it: it may take a larger share of the budget
  bool spare = false;   // wanted where the budget has room for all that is not
};

struct Probe {
  std::string_view name;
  std::string_view summary;
  std::string_view primary_rate{};                                     // a key of Sample::rates; empty: the time itself
  std::vector<Candidate> (*candidates)(PlanContext const&) = nullptr;  // most valuable for the advisor first
  // Parameters (or "provider") that tell kinds of samples apart: a summary shows the best of each. Unused: empty.
  std::array<std::string_view, 3> group_by{};
  // What tells a sample from the others of its group, short; null: its parameters by name.
  std::string (*shape)(profiles::Parameters const&) = nullptr;
  // What it takes, where not every machine has it: "a GPU".
  std::string_view needs{};
  int per_turn = 1;            // candidates planned at a time when the probes take turns
  bool with_siblings = false;  // measured on all GPUs of a node at once too
  bool repeated = true;        // measured again in the second pass
};

// The table of all probes: a row a probe.
std::span<Probe const> all_probes();
Probe const* find_probe(std::string_view name);

}  // namespace hpcadvise::probes
