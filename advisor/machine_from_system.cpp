// SPDX-License-Identifier: Apache-2.0
#include "advisor/machine.hpp"
#include "advisor/machine_parts.hpp"
#include "profiles/error.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

namespace hpcadvise::advisor {
namespace {

std::optional<std::int64_t> whole(profiles::Fact<double> const& fact) {
  if (!fact.value) return std::nullopt;
  return static_cast<std::int64_t>(*fact.value);
}

[[noreturn]] void cannot_plan(profiles::SystemDescription const& system, std::string_view missing) {
  auto const status = system.origin == profiles::Origin::announced ? "announced, and " : "";
  bool const has_device = !system.device.empty() && is_known(profiles::device_description(system.device));
  throw profiles::UsageError(
      fmt::format("system '{}' cannot be planned for: {}{} not known", system.name, status, missing),
      fmt::format("hpcadvise systems show {} says what is known; {}", system.name,
                  has_device ? fmt::format("compose it with numbers of your own: device={},devices-per-node=8,"
                                           "network-gbit-per-device=200",
                                           system.device)
                             : "its device is not known well enough either, so a machine of another one has to stand "
                               "in for it, such as device=gh200-96gb,devices-per-node=4"));
}

void add_links(Machine& machine, profiles::SystemDescription const& system, profiles::DeviceDescription const& device) {
  auto const& in_node =
      system.node_link_bytes_per_s.value ? system.node_link_bytes_per_s : device.node_link_bytes_per_s;
  if (in_node.value) {
    machine.node_link = node_link_from(*in_node.value, in_node.source, machine, device.node_link_half_rate_bytes.value);
  } else if (machine.devices_per_node > 1) {
    machine.node_link = machine.network;
    machine.notes.emplace_back("links inside a node are not known: taken as no faster than the network");
  }
  machine.module_link = machine.node_link;
  if (auto const& module = system.module_link_bytes_per_s; module.value)
    machine.module_link = node_link_from(*module.value, module.source, machine);
}

void add_noise(Machine& machine, profiles::SystemDescription const& system) {
  if (!system.noise_loss.value || !system.noise_loss_nodes.value) return;
  machine.noise_loss = *system.noise_loss.value;
  machine.noise_loss_nodes = *system.noise_loss_nodes.value;
  machine.notes.push_back(fmt::format(
      "network: other jobs' traffic is said to take up to {} of an all-reduce's rate over {} nodes ({}, not read for "
      "this); half of that is predicted there, less over fewer nodes, and nothing inside of one",
      profiles::format_ratio_as_percent(machine.noise_loss), machine.noise_loss_nodes, system.noise_loss.source));
}

}  // namespace

Machine machine_from_system(profiles::SystemDescription const& system, profiles::DeviceDescription const& device,
                            FittedConstants const& fitted) {
  Machine machine;
  machine.fitted = fitted;
  machine.name = system.name;
  machine.origin = system.origin == profiles::Origin::announced ? system.origin : device.origin;
  if (!system.devices_per_node.value) cannot_plan(system, "devices a node");
  if (!system.network_bytes_per_s_per_device.value) cannot_plan(system, "network bandwidth of a device");
  machine.devices_per_node = static_cast<std::int64_t>(*system.devices_per_node.value);

  add_device(machine, device);
  if (system.device_memory_bytes.value) machine.memory_bytes = *system.device_memory_bytes.value;
  if (auto const& power = system.power_w_per_device; power.value) {
    machine.power_w = *power.value;
    machine.power_note = power.note;
  }
  machine.host_memory_bytes = system.host_memory_bytes.value.value_or(0);
  machine.node_count = whole(system.node_count);
  machine.island_nodes = whole(system.island_nodes);
  machine.island_taper = system.island_taper.value.value_or(1);
  add_noise(machine, system);
  machine.network_kind = system.network_kind;
  machine.network = network_from(*system.network_bytes_per_s_per_device.value,
                                 system.network_bytes_per_s_per_device.source, system.network_kind, fitted);
  machine.network.origin = machine.origin;
  machine.notes.push_back(fmt::format("network: collectives are taken to reach {} a device, {}",
                                      profiles::format_bytes_per_s(machine.network.bytes_per_s_per_device),
                                      machine.network.source));
  add_links(machine, system, device);
  machine.billing_unit = system.billing_unit;
  machine.billing_units_per_device_hour = system.billing_units_per_device_hour.value;
  return machine;
}

Machine machine_from_system(profiles::SystemDescription const& system) {
  if (system.device.empty()) cannot_plan(system, "its device is");
  return machine_from_system(system, profiles::device_description(system.device));
}

}  // namespace hpcadvise::advisor
