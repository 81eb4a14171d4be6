// SPDX-License-Identifier: Apache-2.0
#include "probes/launch_probe.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace hpcadvise::probes {
namespace {

struct Row {
  std::string_view kind;
  std::int64_t count = 0;  // 0: one kernel by itself
};

// A layer of a transformer is some tens of kernels, a step thousands.
constexpr std::array rows{Row{"parallel_for"}, Row{"team"},      Row{"chain", 100},
                          Row{"graph", 100},   Row{"chain", 10}, Row{"graph", 10}};

}  // namespace

std::vector<Candidate> launch_candidates(PlanContext const& context) {
  std::vector<Candidate> result;
  if (!has_provider(context, "kokkos")) return result;
  constexpr double kernel_s = 10e-6;
  for (Row const& row : rows) {
    Candidate next;
    next.request.probe = "launch";
    next.request.provider = "kokkos";
    next.request.parameters = {{"kind", std::string(row.kind)}};
    if (row.count > 0) next.request.parameters["count"] = row.count;
    next.call_s = kernel_s * double(std::max<std::int64_t>(1, row.count));
    next.overhead_s = 0.05;
    next.request.sentinel = result.empty();
    result.push_back(std::move(next));
  }
  return result;
}

}  // namespace hpcadvise::probes
