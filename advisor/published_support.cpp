// SPDX-License-Identifier: Apache-2.0
#include "advisor/published_support.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace hpcadvise::advisor {
namespace {

constexpr int enough_runs = 5;

constexpr std::array devices{DeviceSupport{"a100-sxm-40gb", 53, 18, 8},
                             DeviceSupport{"a100-sxm-64gb", 0, 20, 15},
                             DeviceSupport{"a100-sxm-80gb", 187, 174, 145},
                             DeviceSupport{"a800-sxm-80gb", 0, 29, 25},
                             DeviceSupport{"b200", 0, 30, 25},
                             DeviceSupport{"b300", 0, 1, 1},
                             DeviceSupport{"gb200", 0, 25, 24},
                             DeviceSupport{"gb300", 0, 5, 4},
                             DeviceSupport{"gh200-96gb", 1, 42, 34},
                             DeviceSupport{"h100-sxm-64gb", 0, 21, 21},
                             DeviceSupport{"h100-sxm-80gb", 102, 165, 124},
                             DeviceSupport{"h100-sxm-96gb", 16, 17, 14},
                             DeviceSupport{"h200-sxm-141gb", 2, 9, 8},
                             DeviceSupport{"h800-sxm-80gb", 0, 18, 17},
                             DeviceSupport{"mi250-gcd", 1, 0, 0},
                             DeviceSupport{"mi250x-gcd", 8, 9, 6},
                             DeviceSupport{"v100-sxm-16gb", 0, 6, 2},
                             DeviceSupport{"v100-sxm-32gb", 3, 27, 18}};

using Job = TrainingJob;
using Plan = ParallelPlan;
using Framework = FrameworkTraits;
constexpr std::array features{
    FeatureSupport{"mixtures of experts", 77,
                   [](Job const& job, Plan const&, Framework const&) { return job.model.experts.has_value(); }},
    FeatureSupport{
        "latent attention", 3,
        [](Job const& job, Plan const&, Framework const&) { return job.model.latent_attention.has_value(); }},
    FeatureSupport{"context parallelism", 60,
                   [](Job const&, Plan const& plan, Framework const&) { return plan.context_parallel > 1; }},
    FeatureSupport{"ZeRO-2", 22,
                   [](Job const&, Plan const& plan, Framework const& framework) {
                     return plan.sharding == Sharding::zero2 && !framework.zero2_gathers;
                   }},
    FeatureSupport{"FSDP that shards optimizer and gradients alone", 6,
                   [](Job const&, Plan const& plan, Framework const& framework) {
                     return plan.sharding == Sharding::zero2 && framework.zero2_gathers;
                   }},
    FeatureSupport{"sharding in groups (HSDP)", 39,
                   [](Job const&, Plan const& plan, Framework const&) { return plan.shard_group > 0; }},
    FeatureSupport{"optimizer state on the host", 0,
                   [](Job const&, Plan const& plan, Framework const&) { return plan.offload != Offload::none; }},
    FeatureSupport{"sequences above 8,192 tokens", 37,
                   [](Job const& job, Plan const&, Framework const&) { return job.sequence_length > 8192; }},
    FeatureSupport{"more than 2,048 devices", 22,
                   [](Job const&, Plan const& plan, Framework const&) { return plan.device_count() > 2048; }}};

DeviceSupport support_of(std::string_view device) {
  auto const* const row =
      std::find_if(devices.begin(), devices.end(), [&](DeviceSupport const& each) { return each.device == device; });
  return row == devices.end() ? DeviceSupport{device, 0, 0, 0} : *row;
}

}  // namespace

std::span<DeviceSupport const> supported_devices() { return devices; }
std::span<FeatureSupport const> supported_features() { return features; }

bool is_well_supported(std::string_view device) { return support_of(device).fitted >= enough_runs; }

std::string on_published_runs(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                              FrameworkKind framework) {
  std::vector<std::string> few;
  auto const add = [&](std::string_view what, int runs) {
    if (runs < enough_runs) few.push_back(runs == 0 ? fmt::format("{} none", what) : fmt::format("{} {}", what, runs));
  };
  auto const device = support_of(machine.device);
  add(machine.device, device.fitted + device.kept_aside);
  for (FeatureSupport const& row : features)
    if (row.is_used(job, plan, framework_traits(framework))) add(row.what, row.runs);
  std::vector<std::string> parts;
  if (device.kept_aside >= enough_runs)
    parts.push_back(fmt::format("of {} published runs on {} kept aside from fitting, {} lie inside such an interval{}",
                                device.kept_aside, machine.device, device.inside,
                                device.fitted == 0                  ? "; none was fitted"
                                : is_well_supported(machine.device) ? ""
                                                                    : "; few were fitted"));
  if (!few.empty())
    parts.push_back(
        fmt::format("published runs that this model could be checked on are few: {}", fmt::join(few, ", ")));
  return parts.empty() ? "" : fmt::format("{} (docs/validation.md)", fmt::join(parts, "; "));
}

}  // namespace hpcadvise::advisor
