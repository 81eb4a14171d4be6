// SPDX-License-Identifier: Apache-2.0
#include "advisor/published_support.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

namespace hpcadvise::advisor {
namespace {

constexpr int enough_runs = 5;

constexpr std::array devices{
    DeviceSupport{"a100-sxm-40gb", 53}, DeviceSupport{"a100-sxm-80gb", 187}, DeviceSupport{"gh200-96gb", 1},
    DeviceSupport{"h100-sxm-96gb", 16}, DeviceSupport{"h100-sxm-80gb", 102}, DeviceSupport{"h200-sxm-141gb", 2},
    DeviceSupport{"mi250-gcd", 1},      DeviceSupport{"mi250x-gcd", 8},      DeviceSupport{"v100-sxm-32gb", 3}};

using Job = TrainingJob;
using Plan = ParallelPlan;
constexpr std::array features{
    FeatureSupport{"mixtures of experts", 24,
                   [](Job const& job, Plan const&) { return job.model.experts.has_value(); }},
    FeatureSupport{"latent attention", 1,
                   [](Job const& job, Plan const&) { return job.model.latent_attention.has_value(); }},
    FeatureSupport{"context parallelism", 10, [](Job const&, Plan const& plan) { return plan.context_parallel > 1; }},
    FeatureSupport{"ZeRO-2", 4, [](Job const&, Plan const& plan) { return plan.sharding == Sharding::zero2; }},
    FeatureSupport{"sharding in groups (HSDP)", 19, [](Job const&, Plan const& plan) { return plan.shard_group > 0; }},
    FeatureSupport{"optimizer state on the host", 0,
                   [](Job const&, Plan const& plan) { return plan.offload != Offload::none; }},
    FeatureSupport{"sequences above 8,192 tokens", 22,
                   [](Job const& job, Plan const&) { return job.sequence_length > 8192; }},
    FeatureSupport{"more than 2,048 devices", 5,
                   [](Job const&, Plan const& plan) { return plan.device_count() > 2048; }}};

int runs_on(std::string_view device) {
  auto const* const row =
      std::find_if(devices.begin(), devices.end(), [&](DeviceSupport const& each) { return each.device == device; });
  return row == devices.end() ? 0 : row->runs;
}

}  // namespace

std::span<DeviceSupport const> supported_devices() { return devices; }
std::span<FeatureSupport const> supported_features() { return features; }

bool is_well_supported(std::string_view device) { return runs_on(device) >= enough_runs; }

std::string weak_ground(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine) {
  std::vector<std::string> few;
  auto const add = [&](std::string_view what, int runs) {
    if (runs < enough_runs) few.push_back(runs == 0 ? fmt::format("{} none", what) : fmt::format("{} {}", what, runs));
  };
  add(machine.device, runs_on(machine.device));
  for (FeatureSupport const& row : features)
    if (row.is_used(job, plan)) add(row.what, row.runs);
  if (few.empty()) return {};
  return fmt::format("published runs that this model could be checked on are few: {} (docs/validation.md)",
                     fmt::join(few, ", "));
}

}  // namespace hpcadvise::advisor
