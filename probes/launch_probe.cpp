// SPDX-License-Identifier: Apache-2.0
#include "probes/launch_probe.hpp"

namespace hpcadvise::probes {

std::vector<Candidate> launch_candidates(PlanContext const& context) {
  std::vector<Candidate> result;
  if (!has_provider(context, "kokkos")) return result;
  for (auto const* const kind : {"parallel_for", "team"}) {
    Candidate next;
    next.request.probe = "launch";
    next.request.provider = "kokkos";
    next.request.parameters = {{"kind", std::string(kind)}};
    next.call_s = 10e-6;
    next.overhead_s = 0.05;
    next.request.sentinel = result.empty();
    result.push_back(std::move(next));
  }
  return result;
}

}  // namespace hpcadvise::probes
