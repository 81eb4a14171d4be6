// SPDX-License-Identifier: Apache-2.0
#include "advisor/sensitivity.hpp"

#include "advisor/constants.hpp"
#include "advisor/rates.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace hpcadvise::advisor {
namespace {

using profiles::Origin;

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

// What is not measured is off by as much as machines are between sources of published runs; a network of unknown kind
// by as much as kinds differ.
double sigma_of(Origin origin) {
  return origin == Origin::measured ? constants::sigma_rate_measured : constants::sigma_rate_published;
}

double gemm_sigma(Machine const& machine, profiles::Precision precision) {
  return sigma_of(gemm_rates(machine, precision).origin);
}
double attention_sigma(Machine const& machine, profiles::Precision) { return sigma_of(machine.attention.origin); }
double memory_sigma(Machine const& machine, profiles::Precision) { return sigma_of(machine.memory_origin); }
double node_link_sigma(Machine const& machine, profiles::Precision) { return sigma_of(machine.node_link.origin); }
double network_sigma(Machine const& machine, profiles::Precision) {
  if (machine.network.origin != Origin::measured && machine.network_kind.empty())
    return constants::sigma_network_unknown;
  return sigma_of(machine.network.origin);
}

struct Rate {
  std::string_view name;
  std::string_view probe;
  void (*scale)(Machine&);
  double (*sigma)(Machine const&, profiles::Precision);
};
constexpr std::array rates{Rate{"matrix multiplication", "gemm", scale_gemm, gemm_sigma},
                           Rate{"attention", "attention", scale_attention, attention_sigma},
                           Rate{"memory bandwidth", "memory", scale_memory, memory_sigma},
                           Rate{"links in the node", "collective", scale_node_links, node_link_sigma},
                           Rate{"network", "collective", scale_network, network_sigma}};

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
    double const sigma = rate.sigma(machine, job.precision);
    double const exponent = std::log1p(change) / std::log(growth);
    result.push_back({rate.name, rate.probe, change, sigma, std::abs(exponent) * sigma});
  }
  return result;
}

std::vector<std::string> sensitivity_sentences(std::vector<Sensitivity> const& rates_used) {
  if (rates_used.empty()) return {};
  std::vector<std::string> parts;
  parts.reserve(rates_used.size());
  for (Sensitivity const& each : rates_used)
    parts.push_back(fmt::format("+10 % {}: {:+.1f} % step", each.rate, 100 * each.step_change));
  std::vector<std::string> sentences{fmt::format("sensitivity: {}", fmt::join(parts, "; "))};

  auto const widest = std::max_element(rates_used.begin(), rates_used.end(), [](auto const& left, auto const& right) {
    return left.step_sigma < right.step_sigma;
  });
  if (widest->rate_sigma > constants::sigma_rate_measured && widest->step_sigma >= 0.01)
    sentences.push_back(
        fmt::format("measuring {} (hpcadvise probe --only {}) would narrow the interval most: known to about {:.0f} %, "
                    "it moves the "
                    "step by {:.1f} %",
                    widest->rate, widest->probe, 100 * widest->rate_sigma, 100 * widest->step_sigma));
  return sentences;
}

}  // namespace hpcadvise::advisor
