// SPDX-License-Identifier: Apache-2.0
#include "advisor/measured_rates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace hpcadvise::advisor {
namespace {

using profiles::Sample;

bool usable(Sample const& sample, std::string_view probe) {
  return sample.probe == probe && !profiles::compares_siblings(sample) && sample.status == profiles::SampleStatus::ok &&
         sample.timing && sample.timing->median_s > 0;
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

// By the longest message of each operation.
std::map<std::string, double> hidden_shares(profiles::MachineProfile const& profile) {
  std::map<std::string, std::pair<double, double>> longest;
  for (Sample const& sample : profile.samples) {
    auto const operation = profiles::text_parameter(sample.parameters, "operation");
    auto const bytes = profiles::number_parameter(sample.parameters, "message_bytes");
    auto const share = sample.rates.find("hidden_share");
    if (!usable(sample, "overlap") || !operation || !bytes || share == sample.rates.end()) continue;
    auto& best = longest[*operation];
    best = std::max(best, std::pair(*bytes, share->second.median));
  }
  std::map<std::string, double> shares;
  for (auto const& [operation, best] : longest) shares[operation] = best.second;
  return shares;
}

// Of those operations that were measured, the mean.
std::optional<double> mean_cost(std::map<std::string, double> const& shares, std::set<std::string> const& operations) {
  double total = 0;
  int count = 0;
  for (auto const& [operation, share] : shares) {
    if (!operations.contains(operation)) continue;
    total += 1 - share;
    ++count;
  }
  return count > 0 ? std::optional(std::max(0.0, total / count)) : std::nullopt;
}

}  // namespace

std::optional<double> measured_overlap_cost(profiles::MachineProfile const& profile) {
  auto const shares = hidden_shares(profile);
  auto const sharded = mean_cost(shares, {"all_gather", "reduce_scatter"});
  return sharded ? sharded : mean_cost(shares, {"all_reduce"});
}

bool has_measured(profiles::MachineProfile const& profile, std::string_view probe, std::string_view provider) {
  return std::ranges::any_of(profile.samples, [&](Sample const& sample) {
    return usable(sample, probe) && (provider.empty() || sample.provider == provider);
  });
}

}  // namespace hpcadvise::advisor
