// SPDX-License-Identifier: Apache-2.0
#include "advisor/machine.hpp"
#include "profiles/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <tuple>

namespace hpcadvise::advisor {
namespace {

using profiles::Sample;

bool usable(Sample const& sample, std::string_view probe) {
  return sample.probe == probe && sample.status == profiles::SampleStatus::ok && sample.timing &&
         sample.timing->median_s > 0;
}

double rate_of(Sample const& sample, std::string const& name) {
  auto const rate = sample.rates.find(name);
  return rate == sample.rates.end() ? 0 : rate->second.median;
}

void add_gemm(Machine& machine, profiles::MachineProfile const& profile) {
  // The best provider, and of the transposed forms the best, at each shape.
  std::map<std::tuple<profiles::Precision, std::int64_t, std::int64_t, std::int64_t>, GemmPoint> best;
  for (Sample const& sample : profile.samples) {
    if (!usable(sample, "gemm")) continue;
    auto const m = profiles::integer_parameter(sample.parameters, "m");
    auto const n = profiles::integer_parameter(sample.parameters, "n");
    auto const k = profiles::integer_parameter(sample.parameters, "k");
    auto const precision =
        profiles::precision_from_string(profiles::text_parameter(sample.parameters, "precision").value_or(""));
    double const flops_per_s = rate_of(sample, "flops_per_s");
    if (!m || !n || !k || !precision || flops_per_s <= 0) continue;
    auto& point = best[std::tuple(*precision, *m, *n, *k)];
    if (flops_per_s > point.flops_per_s) point = {*m, *n, *k, flops_per_s, sample.timing->relative_half_width()};
  }
  for (auto const& [key, point] : best) {
    auto& rates = machine.gemm[std::get<0>(key)];
    rates.points.push_back(point);
    rates.plateau_flops_per_s = std::max(rates.plateau_flops_per_s, point.flops_per_s);
    rates.origin = profiles::Origin::measured;
    rates.source = fmt::format("profile '{}', best provider at each shape", profile.name);
  }
  for (auto& [precision, rates] : machine.gemm) {
    if (auto const peak = profile.host.peak.find(precision); peak != profile.host.peak.end())
      rates.peak_flops_per_s = peak->second.flops_per_s;
  }
}

void add_attention(Machine& machine, profiles::MachineProfile const& profile) {
  auto& rates = machine.attention;
  for (Sample const& sample : profile.samples) {
    if (!usable(sample, "attention")) continue;
    auto const head_size = profiles::integer_parameter(sample.parameters, "head_size");
    auto const length = profiles::integer_parameter(sample.parameters, "query_length");
    auto const causal = profiles::bool_parameter(sample.parameters, "causal");
    double const flops_per_s = rate_of(sample, "flops_per_s");
    if (!head_size || !length || !causal || *head_size < 1 || *length < 1 || flops_per_s <= 0) continue;
    bool const backward = profiles::text_parameter(sample.parameters, "direction") == "backward";
    (backward ? rates.backward_points : rates.forward_points).push_back({*head_size, *length, *causal, flops_per_s});
    auto& best = backward ? rates.backward_flops_per_s : rates.forward_flops_per_s;
    best = std::max(best, flops_per_s);
  }
  rates.origin = profiles::Origin::measured;
  rates.source = fmt::format("profile '{}', by head size, length and mask", profile.name);
  if (rates.forward_points.empty() || rates.backward_points.empty())
    machine.notes.emplace_back("fused attention was not measured in both directions: the unfused form is assumed");
}

// The highest rate among the samples that `wanted` takes.
double best_rate(profiles::MachineProfile const& profile, std::string_view probe, std::string const& rate,
                 std::function<bool(Sample const&)> const& wanted) {
  double best = 0;
  for (Sample const& sample : profile.samples) {
    if (usable(sample, probe) && wanted(sample)) best = std::max(best, rate_of(sample, rate));
  }
  return best;
}

void add_memory(Machine& machine, profiles::MachineProfile const& profile) {
  machine.memory_bytes_per_s = best_rate(profile, "memory", "bytes_per_s", [](Sample const& sample) {
    return profiles::text_parameter(sample.parameters, "kernel") == "triad" &&
           profiles::text_parameter(sample.parameters, "level") == "DRAM";
  });
  auto const& host = profile.host;
  if (host.memory_bytes) machine.memory_bytes = static_cast<double>(*host.memory_bytes);
  if (auto const limit = host.cgroup_memory_limit_bytes;
      limit && (machine.memory_bytes <= 0 || static_cast<double>(*limit) < machine.memory_bytes)) {
    machine.memory_bytes = static_cast<double>(*limit);
    machine.notes.emplace_back("memory: the control group's limit, not what is installed");
  }
}

void add_launch(Machine& machine, profiles::MachineProfile const& profile) {
  for (Sample const& sample : profile.samples) {
    if (usable(sample, "launch") && profiles::text_parameter(sample.parameters, "kind") == "parallel_for")
      machine.kernel_launch_s = sample.timing->median_s;
  }
}

}  // namespace

Machine machine_from_profile(profiles::MachineProfile const& profile) {
  Machine machine;
  machine.name = profile.name;
  if (profile.calibration) machine.calibration = *profile.calibration;
  machine.origin = profiles::Origin::measured;
  machine.device = profile.host.cpu_model;
  machine.vendor = "host";
  machine.architecture = profile.host.architecture;
  machine.devices_per_node = 1;
  machine.node_count = 1;
  add_gemm(machine, profile);
  add_attention(machine, profile);
  add_memory(machine, profile);
  add_launch(machine, profile);
  machine.notes.emplace_back("one device is the whole host, as measured; nothing is known of a network");
  if (std::any_of(profile.samples.begin(), profile.samples.end(),
                  [](Sample const& sample) { return usable(sample, "collective"); }))
    machine.notes.emplace_back("measured collectives are not used yet: a plan on one device has none");
  if (profile.partial) machine.notes.emplace_back("the profile is partial: its run was cut short");

  std::vector<std::string_view> missing;
  if (machine.gemm.empty()) missing.emplace_back("matrix multiplication (gemm)");
  if (machine.memory_bytes_per_s <= 0) missing.emplace_back("DRAM triad (memory)");
  if (machine.memory_bytes <= 0) missing.emplace_back("the memory's size");
  if (!missing.empty())
    throw profiles::UsageError(
        fmt::format("profile '{}' lacks {}", profile.name, fmt::join(missing, ", ")),
        "measure again with hpcadvise probe --only gemm,attention,memory, or with a longer --budget");
  return machine;
}

}  // namespace hpcadvise::advisor
