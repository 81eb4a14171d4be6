// SPDX-License-Identifier: Apache-2.0
#include "advisor/measured_rates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace hpcadvise::advisor {
namespace {

using profiles::Sample;

bool usable(Sample const& sample, std::string_view probe) {
  return sample.probe == probe && profiles::was_measured_alone(sample) && sample.timing->median_s > 0;
}

double rate_of(Sample const& sample, std::string const& name) {
  auto const rate = sample.rates.find(name);
  return rate == sample.rates.end() ? 0 : rate->second.median;
}

std::map<profiles::Precision, profiles::PeakRate> const& peaks_of(profiles::MachineProfile const& profile) {
  auto const& devices = profile.devices;
  return !devices.empty() && devices.front().gpu ? devices.front().gpu->peak : profile.host.peak;
}

}  // namespace

std::map<profiles::Precision, GemmRates> measured_gemm(profiles::MachineProfile const& profile,
                                                       std::string_view provider) {
  std::map<std::tuple<profiles::Precision, std::int64_t, std::int64_t, std::int64_t>, GemmPoint> best;
  for (Sample const& sample : profile.samples) {
    if (!usable(sample, "gemm") || (!provider.empty() && sample.provider != provider)) continue;
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
  std::map<profiles::Precision, GemmRates> measured;
  auto const& peaks = peaks_of(profile);
  for (auto const& [key, point] : best) {
    auto const precision = std::get<0>(key);
    auto& rates = measured[precision];
    rates.points.push_back(point);
    rates.plateau_flops_per_s = std::max(rates.plateau_flops_per_s, point.flops_per_s);
    if (auto const peak = peaks.find(precision); peak != peaks.end()) rates.peak_flops_per_s = peak->second.flops_per_s;
    rates.origin = profiles::Origin::measured;
    rates.source = provider.empty() ? fmt::format("profile '{}', best provider at each shape", profile.name)
                                    : fmt::format("profile '{}', {}", profile.name, provider);
  }
  return measured;
}

AttentionRates measured_attention(profiles::MachineProfile const& profile) {
  AttentionRates rates;
  bool const by_vendor = has_measured(profile, "attention", "cudnn");
  for (Sample const& sample : profile.samples) {
    if (!usable(sample, "attention") || (by_vendor && sample.provider != "cudnn")) continue;
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
  return rates;
}

double measured_memory_bytes_per_s(profiles::MachineProfile const& profile) {
  double best = 0;
  for (Sample const& sample : profile.samples)
    if (usable(sample, "memory") && profiles::text_parameter(sample.parameters, "kernel") == "triad" &&
        profiles::text_parameter(sample.parameters, "level") == "DRAM")
      best = std::max(best, rate_of(sample, "bytes_per_s"));
  return best;
}

std::optional<double> measured_launch_s(profiles::MachineProfile const& profile, std::string_view kind) {
  for (Sample const& sample : profile.samples)
    if (usable(sample, "launch") && profiles::text_parameter(sample.parameters, "kind") == kind)
      return sample.timing->median_s;
  return std::nullopt;
}

namespace {

// What each operation still costs where it is hidden, by its longest messages among all ranks in that place.
std::map<std::string, double> overlap_costs(profiles::MachineProfile const& profile, std::string_view placement) {
  struct Longest {
    std::pair<std::int64_t, std::int64_t> ranks_and_bytes;
    std::vector<double> costs;
  };
  std::map<std::string, Longest> longest;
  for (Sample const& sample : profile.samples) {
    auto const& parameters = sample.parameters;
    auto const operation = profiles::text_parameter(parameters, "operation");
    auto const share = sample.rates.find("hidden_share");
    if (!usable(sample, "overlap") || !operation || share == sample.rates.end() ||
        profiles::text_parameter(parameters, "placement") != placement)
      continue;
    std::pair const size{profiles::integer_parameter(parameters, "rank_count").value_or(0),
                         profiles::integer_parameter(parameters, "message_bytes").value_or(0)};
    auto& best = longest[*operation];
    if (size > best.ranks_and_bytes) best = {size, {}};
    if (size == best.ranks_and_bytes) best.costs.push_back(1 - share->second.median);
  }
  std::map<std::string, double> costs;
  for (auto const& [operation, best] : longest)
    costs[operation] = std::accumulate(best.costs.begin(), best.costs.end(), 0.0) / double(best.costs.size());
  return costs;
}

}  // namespace

std::optional<OverlapCost> measured_overlap_cost(profiles::MachineProfile const& profile) {
  for (std::string const placement : {"nodes", "node"}) {
    auto const costs = overlap_costs(profile, placement);
    auto const gather = costs.find("all_gather");
    auto const scatter = costs.find("reduce_scatter");
    if (gather != costs.end() && scatter != costs.end())
      return OverlapCost{(gather->second + scatter->second) / 2, placement};
    for (auto const& found : {gather, scatter, costs.find("all_reduce")})
      if (found != costs.end()) return OverlapCost{found->second, placement};
  }
  return std::nullopt;
}

bool has_measured(profiles::MachineProfile const& profile, std::string_view probe, std::string_view provider) {
  return std::ranges::any_of(profile.samples, [&](Sample const& sample) {
    return usable(sample, probe) && (provider.empty() || sample.provider == provider);
  });
}

}  // namespace hpcadvise::advisor
