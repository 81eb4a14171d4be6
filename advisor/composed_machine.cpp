// SPDX-License-Identifier: Apache-2.0
#include "advisor/device_classes.hpp"
#include "advisor/machine.hpp"
#include "advisor/machine_parts.hpp"
#include "profiles/error.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <set>

namespace hpcadvise::advisor {
namespace {

constexpr std::string_view example =
    "write for example device=h100-sxm-80gb,devices-per-node=8,network-gbit-per-device=400,network=infiniband";

// Beyond any machine: a slip of the keys.
constexpr double most_devices_per_node = 1024;
constexpr double most_gbit_per_device = 1e5;
constexpr std::string_view network_kinds[] = {"infiniband", "slingshot", "roce", "omni-path", "bxi", "efa"};

double positive_number(std::string_view key, std::string_view text, double most) {
  double number = 0;
  auto const* const end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end || !(number > 0) || !(number <= most))
    throw profiles::UsageError(fmt::format("machine: {}={}: not a number above 0 and up to {:g}", key, text, most),
                               std::string(example));
  return number;
}

std::int64_t positive_integer(std::string_view key, std::string_view text) {
  double const number = positive_number(key, text, most_devices_per_node);
  if (number != std::floor(number))
    throw profiles::UsageError(fmt::format("machine: {}={}: not a whole number", key, text), std::string(example));
  return static_cast<std::int64_t>(number);
}

DeviceClass const& class_with_network(profiles::DeviceDescription const& device) {
  auto const& row = device_class(device.architecture);
  if (row.network_gbit_per_device <= 0)
    throw profiles::UsageError(fmt::format("machine: no usual network is known for device '{}'", device.name),
                               "add network-gbit-per-device=...");
  return row;
}

std::string network_kind(std::string_view text) {
  if (std::find(std::begin(network_kinds), std::end(network_kinds), text) != std::end(network_kinds))
    return std::string(text);
  throw profiles::UsageError(fmt::format("machine: network={}: not a kind known here", text),
                             fmt::format("known are {}; leave it out for another", fmt::join(network_kinds, ", ")));
}

}  // namespace

std::span<std::string_view const> known_network_kinds() { return network_kinds; }

ComposedMachine composed_machine_from_text(std::string_view text) {
  ComposedMachine parts;
  std::set<std::string_view> seen;
  for (std::string_view rest = text; !rest.empty();) {
    auto const comma = rest.find(',');
    auto const part = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    auto const equals = part.find('=');
    auto const key = part.substr(0, equals);
    auto const value = equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
    if (!seen.insert(key).second)
      throw profiles::UsageError(fmt::format("machine: '{}' is given twice", key), std::string(example));
    if (value.empty())
      throw profiles::UsageError(fmt::format("machine: '{}' is not key=value", part), std::string(example));
    if (key == "device")
      parts.device = value;
    else if (key == "devices-per-node")
      parts.devices_per_node = positive_integer(key, value);
    else if (key == "network-gbit-per-device")
      parts.network_gbit_per_device = positive_number(key, value, most_gbit_per_device);
    else if (key == "network")
      parts.network_kind = network_kind(value);
    else
      throw profiles::UsageError(fmt::format("machine: unknown key '{}'", key), std::string(example));
  }
  if (parts.device.empty()) throw profiles::UsageError("machine: no device is named", std::string(example));
  // A cluster of single devices would make every collective cross the network: too large a difference to assume.
  if (!seen.contains("devices-per-node"))
    throw profiles::UsageError("machine: devices-per-node is not given", std::string(example));
  return parts;
}

Machine machine_from_parts(ComposedMachine const& parts, profiles::DeviceDescription const& device,
                           FittedConstants const& fitted) {
  Machine machine;
  machine.fitted = fitted;
  machine.name = fmt::format("{} x {} a node", device.name, parts.devices_per_node);
  machine.origin = device.origin;
  machine.devices_per_node = parts.devices_per_node;
  add_device(machine, device);

  machine.network_kind = parts.network_kind;
  double gbit = parts.network_gbit_per_device.value_or(0);
  std::string source = "as composed";
  if (!parts.network_gbit_per_device) {
    auto const& usual = class_with_network(device);
    gbit = usual.network_gbit_per_device;
    source = usual.network_source;
    machine.notes.push_back(fmt::format("network: not given; {} Gbit/s a device, as in {}", gbit, source));
  }
  constexpr double bytes_per_gbit = 1e9 / 8;
  machine.network = network_from(gbit * bytes_per_gbit, source, parts.network_kind, fitted);
  machine.network.origin = machine.origin;
  if (device.node_link_bytes_per_s.value) {
    machine.node_link = node_link_from(*device.node_link_bytes_per_s.value, device.node_link_bytes_per_s.source,
                                       machine, device.node_link_half_rate_bytes.value);
  } else {
    machine.node_link = machine.network;
    machine.notes.emplace_back("links inside a node are not known: taken as no faster than the network");
  }
  machine.module_link = machine.node_link;
  return machine;
}

Machine machine_from_parts(ComposedMachine const& parts) {
  return machine_from_parts(parts, profiles::device_description(parts.device));
}

}  // namespace hpcadvise::advisor
