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

profiles::Finding not_measured(std::vector<Accelerator> const& devices) {
  return {.kind = "devices_not_measured",
          .severity = profiles::Severity::warning,
          .seen = "this node has " + counted(devices) + "; the probes measured its processors alone",
          .expected = "the devices that will train, measured",
          .cost = "advice from this profile is for the processors",
          .next_step =
              "plan for the devices by a system's name (hpcadvise systems list), or composed: --machine "
              "device=...,devices-per-node=..."};
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
  if (devices.empty()) return result;
  result.push_back(not_measured(devices));
  for (auto const& device : devices)
    if (device.link_lanes && device.most_link_lanes && *device.link_lanes > 0 &&
        *device.link_lanes < *device.most_link_lanes)
      result.push_back(narrow_link(device));
  return result;
}

}  // namespace hpcadvise::probes
