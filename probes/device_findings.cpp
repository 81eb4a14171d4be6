// SPDX-License-Identifier: Apache-2.0
#include "probes/device_findings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <string>

namespace hpcadvise::probes {
namespace {

// "4 x NVIDIA A100-SXM-64GB"
std::string counted(std::vector<Accelerator> const& devices) {
  std::map<std::string, int> counts;
  for (auto const& device : devices) ++counts[device.name];
  std::vector<std::string> parts;
  for (auto const& [name, count] : counts) parts.push_back(fmt::format("{} x {}", count, name));
  return fmt::format("{}", fmt::join(parts, ", "));
}

profiles::Finding narrow_link(Accelerator const& device) {
  return {.kind = "narrow_link",
          .severity = profiles::Severity::warning,
          .seen = fmt::format("{} at {} uses {} of its {} PCI lanes", device.name, device.pci_bus_id,
                              *device.link_lanes, *device.most_link_lanes),
          .expected = "all lanes",
          .cost = "copies between host and device are slower by the same share: data loading, offload, checkpoints",
          .next_step = "report it to the centre's support: the slot, a riser or the device is at fault"};
}

}  // namespace

std::vector<profiles::Finding> device_findings(std::vector<Accelerator> const& devices) {
  std::vector<profiles::Finding> result;
  for (auto const& device : devices)
    if (device.link_lanes && device.most_link_lanes && *device.link_lanes > 0 &&
        *device.link_lanes < *device.most_link_lanes)
      result.push_back(narrow_link(device));
  return result;
}

profiles::Finding devices_not_measured(std::vector<Accelerator> const& devices, std::string const& why) {
  return {.kind = "devices_not_measured",
          .severity = profiles::Severity::warning,
          .seen = fmt::format("this node has {}; the probes measured its processors alone{}{}", counted(devices),
                              why.empty() ? "" : ": ", why),
          .expected = "the devices that will train, measured",
          .cost = "advice from this profile is for the processors",
          .next_step =
              "build the runner for these devices, or plan for them by a system's name (hpcadvise systems list), or "
              "composed: --machine device=...,devices-per-node=..."};
}

profiles::Finding mixed_devices(std::vector<Accelerator> const& others, std::string const& measured) {
  return {.kind = "mixed_devices",
          .severity = profiles::Severity::warning,
          .seen = fmt::format("beside {} this node has {}, which were not measured", measured, counted(others)),
          .expected = "devices of one kind in a node: a training step waits for the slowest",
          .cost = "advice from this profile is for the kind that was measured",
          .next_step = "make the others visible alone (CUDA_VISIBLE_DEVICES, ROCR_VISIBLE_DEVICES) and probe again"};
}

}  // namespace hpcadvise::probes
