// SPDX-License-Identifier: Apache-2.0
#include "probes/device_findings.hpp"

#include "probes/discovery/cpu_list.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>
#include <utility>

namespace hpcadvise::probes {
namespace {

using profiles::Severity;

// "4 x NVIDIA A100-SXM-64GB"
std::string counted(std::vector<Accelerator> const& devices) {
  std::map<std::string, int> counts;
  for (auto const& device : devices) ++counts[device.name];
  std::vector<std::string> parts;
  for (auto const& [name, count] : counts) parts.push_back(fmt::format("{} x {}", count, name));
  return fmt::format("{}", fmt::join(parts, ", "));
}

// What is said of a device, and nothing where all is well.
using Saying = std::string (*)(Accelerator const& device, std::string const& allowed_cpus);

std::string unusable(Accelerator const& device, std::string const&) {
  return device.unusable.empty() ? "" : fmt::format("{}: {}", described(device), device.unusable);
}

std::string prohibited(Accelerator const& device, std::string const&) {
  if (device.compute_mode != ComputeMode::prohibited) return "";
  return described(device) + " is in the compute mode 'prohibited'";
}

std::string exclusive(Accelerator const& device, std::string const&) {
  if (device.compute_mode != ComputeMode::exclusive) return "";
  return described(device) + " is in the compute mode 'exclusive process'";
}

std::string in_slices(Accelerator const& device, std::string const&) {
  return device.mig_enabled == true ? described(device) + " is cut into slices (MIG)" : "";
}

std::string partitioned(Accelerator const& device, std::string const&) {
  if (device.compute_partition.empty() || device.compute_partition == "SPX") return "";
  return fmt::format("{} is part of a device in compute partition mode {}", described(device),
                     device.compute_partition);
}

std::string without_ecc(Accelerator const& device, std::string const&) {
  return device.ecc_enabled == false ? "ECC is off on " + described(device) : "";
}

std::string capped(Accelerator const& device, std::string const&) {
  // Drivers round what they are told.
  if (!device.power_limit_w || !device.default_power_limit_w ||
      *device.power_limit_w > *device.default_power_limit_w - 1)
    return "";
  return fmt::format("{} may take {:.0f} W; its default is {:.0f} W", described(device), *device.power_limit_w,
                     *device.default_power_limit_w);
}

std::string few_lanes(Accelerator const& device, std::string const&) {
  if (!device.link_lanes || !device.most_link_lanes || *device.link_lanes <= 0 ||
      *device.link_lanes >= *device.most_link_lanes)
    return "";
  return fmt::format("{} uses {} of its {} PCI lanes", described(device), *device.link_lanes, *device.most_link_lanes);
}

// What it runs at now says little: an idle device may lower its link.
std::string old_slot(Accelerator const& device, std::string const&) {
  if (!device.most_link_generation || !device.device_link_generation || *device.most_link_generation <= 0 ||
      *device.most_link_generation >= *device.device_link_generation)
    return "";
  return fmt::format("{} reaches PCI generation {} in its slot; it could reach {}", described(device),
                     *device.most_link_generation, *device.device_link_generation);
}

std::string far_away(Accelerator const& device, std::string const& allowed_cpus) {
  if (!device.unusable.empty() || allowed_cpus.empty() || device.cpus.empty() ||
      lists_share_a_cpu(device.cpus, allowed_cpus))
    return "";
  return fmt::format("{} is near the CPUs {}; this process may use {}", described(device), device.cpus, allowed_cpus);
}

struct Row {
  char const* kind;
  Severity severity;
  Saying saying;
  char const* expected;
  char const* cost;
  char const* next_step;
};

constexpr char const* slower_copies =
    "copies between host and device are slower by the same share: data loading, offload, checkpoints";

constexpr Row rows[] = {
    {"device_unusable", Severity::warning, unusable, "a device that answers its driver",
     "a job that counts on it does not start, or ends when it reaches it",
     "another job's device is not yours to use; one that is lost needs its node restarted: leave that node out "
     "(sbatch --exclude) and report it"},
    {"compute_prohibited", Severity::error, prohibited, "the mode 'default'", "no process can compute on it",
     "ask the centre's support, or as administrator: nvidia-smi -c DEFAULT"},
    {"compute_exclusive", Severity::note, exclusive, "the mode 'default'",
     "one process a device, as training wants; a second one, of a profiler or a data loader, fails to start",
     "keep to one process a device, or as administrator: nvidia-smi -c DEFAULT"},
    {"mig_on", Severity::warning, in_slices, "whole devices",
     "rates and memory are those of a slice, and slices do not reach each other directly",
     "ask the scheduler for whole devices, or as administrator: nvidia-smi -mig 0"},
    {"partitioned", Severity::note, partitioned, "the mode SPX, a whole device",
     "rates and memory are those of a part; more ranks share the links",
     "rocm-smi --setcomputepartition SPX, where allowed"},
    {"ecc_off", Severity::warning, without_ecc, "ECC on",
     "nothing tells of a flipped bit: a loss that jumps, or a model that is worse without a sign",
     "ask the centre's support, or as administrator: nvidia-smi -e 1, and a restart"},
    {"power_cap_low", Severity::warning, capped, "the limit that the device is sold with",
     "its clock falls under load: matrix products take longer, memory and links do not",
     "ask whether the centre means it; rates of this profile hold for this limit alone"},
    {"narrow_link", Severity::warning, few_lanes, "all lanes", slower_copies,
     "report it to the centre's support: the slot, a riser or the device is at fault"},
    {"narrow_link", Severity::warning, old_slot, "a slot of the device's generation",
     "each generation less halves the rate of copies between host and device: data loading, offload, checkpoints",
     "report it to the centre's support: the slot, a riser or a setting of the firmware is at fault"},
    {"far_from_device", Severity::warning, far_away, "processes bound to CPUs near their device",
     "launches and copies go through another NUMA domain",
     "bind each rank to the CPUs near its device: srun --cpu-bind=map_cpu or --gpus-per-task, numactl --cpunodebind"},
};

// Facts that a driver would not tell, by its reason.
std::vector<profiles::Finding> unknown_facts(std::vector<Accelerator> const& devices) {
  std::map<std::string, std::set<std::string>> facts;
  for (auto const& device : devices)
    for (auto const& [fact, reason] : device.unknown) facts[reason].insert(fact);
  if (facts.empty()) return {};
  std::vector<std::string> said;
  for (auto const& [reason, names] : facts) said.push_back(fmt::format("{}: {}", fmt::join(names, ", "), reason));
  return {{.kind = "device_facts_unknown",
           .severity = Severity::note,
           .seen = fmt::format("the driver does not say everything of its devices: {}", fmt::join(said, "; ")),
           .expected = "a driver that answers",
           .cost = "what is wrong with them in these respects stays unseen",
           .next_step = "as administrator nvidia-smi -q or rocm-smi may show it; a driver that hangs wants its node "
                        "restarted"}};
}

}  // namespace

std::vector<profiles::Finding> device_findings(std::vector<Accelerator> const& devices,
                                               std::string const& allowed_cpus) {
  std::vector<profiles::Finding> result;
  for (auto const& row : rows) {
    std::vector<std::string> said;
    for (auto const& device : devices)
      if (auto text = row.saying(device, allowed_cpus); !text.empty()) said.push_back(std::move(text));
    if (said.empty()) continue;
    result.push_back({.kind = row.kind,
                      .severity = row.severity,
                      .seen = fmt::format("{}", fmt::join(said, "; ")),
                      .expected = row.expected,
                      .cost = row.cost,
                      .next_step = row.next_step});
  }
  for (auto& finding : unknown_facts(devices)) result.push_back(std::move(finding));
  return result;
}

profiles::Finding devices_not_measured(std::vector<Accelerator> const& devices, Refusal const& refusal) {
  return {.kind = "devices_not_measured",
          .severity = Severity::warning,
          .seen = fmt::format("this node has {}; the probes measured its processors alone: {}", counted(devices),
                              refusal.why),
          .expected = "the devices that will train, measured",
          .cost = "advice from this profile is for the processors",
          .next_step = refusal.next_step +
                       "; or plan for the devices by a system's name (hpcadvise systems list), or composed: --machine "
                       "device=...,devices-per-node=..."};
}

profiles::Finding mixed_devices(std::vector<Accelerator> const& others, std::string const& measured) {
  return {.kind = "mixed_devices",
          .severity = Severity::warning,
          .seen = fmt::format("beside {} this node has {}, which were not measured", measured, counted(others)),
          .expected = "devices of one kind in a node: a training step waits for the slowest",
          .cost = "advice from this profile is for the kind that was measured",
          .next_step = "make the others visible alone (CUDA_VISIBLE_DEVICES, ROCR_VISIBLE_DEVICES) and probe again"};
}

}  // namespace hpcadvise::probes
