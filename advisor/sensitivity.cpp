// SPDX-License-Identifier: Apache-2.0
#include "advisor/sensitivity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace hpcadvise::advisor {
namespace {

constexpr double growth = 1.1;
constexpr double smallest_change = 0.0005;  // of a step; less is not said

void scale_gemm(Machine& machine) {
  for (auto& [precision, rates] : machine.gemm) {
    rates.plateau_flops_per_s *= growth;
    for (GemmPoint& point : rates.points) point.flops_per_s *= growth;
  }
}

void scale_attention(Machine& machine) {
  machine.attention.forward_flops_per_s *= growth;
  machine.attention.backward_flops_per_s *= growth;
  for (auto* const points : {&machine.attention.forward_points, &machine.attention.backward_points})
    for (AttentionPoint& point : *points) point.flops_per_s *= growth;
}

void scale_memory(Machine& machine) { machine.memory_bytes_per_s *= growth; }

void scale_node_links(Machine& machine) {
  machine.module_link.bytes_per_s_per_device *= growth;
  machine.node_link.bytes_per_s_per_device *= growth;
}

void scale_network(Machine& machine) { machine.network.bytes_per_s_per_device *= growth; }

struct Rate {
  std::string_view name;
  void (*scale)(Machine&);
  std::string_view name_in_domain{};  // where links reach beyond the node
};
constexpr std::array rates{Rate{"matrix multiplication", scale_gemm}, Rate{"attention", scale_attention},
                           Rate{"memory bandwidth", scale_memory},
                           Rate{"links in the node", scale_node_links, "links in the link domain"},
                           Rate{"network", scale_network}};

}  // namespace

std::vector<Sensitivity> sensitivities(TrainingJob const& job, StepEstimate const& estimate, Machine const& machine,
                                       EstimateOptions const& options) {
  auto const step_s = [&](Machine const& there) {
    return paced_step_s(job, estimate.plan, there, options, estimate.pacing_stage);
  };
  double const base_s = step_s(machine);
  std::vector<Sensitivity> result;
  for (Rate const& rate : rates) {
    Machine faster = machine;
    rate.scale(faster);
    double const change = step_s(faster) / base_s - 1;
    if (std::abs(change) < smallest_change) continue;
    bool const in_domain = !rate.name_in_domain.empty() && machine.linked_devices() > machine.devices_per_node;
    result.push_back({in_domain ? rate.name_in_domain : rate.name, change});
  }
  return result;
}

std::string sensitivity_sentence(std::vector<Sensitivity> const& rates_used) {
  if (rates_used.empty()) return "";
  std::vector<std::string> parts;
  parts.reserve(rates_used.size());
  for (Sensitivity const& each : rates_used)
    parts.push_back(fmt::format("+10 % {}: {:+.1f} % step", each.rate, 100 * each.step_change));
  return fmt::format("sensitivity: {}", fmt::join(parts, "; "));
}

}  // namespace hpcadvise::advisor
