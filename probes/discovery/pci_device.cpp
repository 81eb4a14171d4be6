// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/pci_device.hpp"

#include "probes/discovery/kernel_files.hpp"
#include "probes/discovery/nearest_nics.hpp"

#include <fmt/format.h>

#include <iterator>

namespace hpcadvise::probes {
namespace {

namespace fs = std::filesystem;

// -1 stands for what the platform does not know.
std::optional<int> non_negative(fs::path const& file) {
  auto const value = number_in(file);
  if (!value || *value < 0 || *value > 1e6) return std::nullopt;
  return static_cast<int>(*value);
}

// "16.0 GT/s PCIe": the transfer rate of a lane, which the PCI Express Base Specification gives each generation.
std::optional<int> generation(fs::path const& file) {
  constexpr double rates[] = {2.5, 5, 8, 16, 32, 64};
  auto const rate = number_in(file);
  for (auto const& each : rates)
    if (rate == each) return static_cast<int>(&each - std::begin(rates)) + 1;
  return std::nullopt;
}

void add(std::optional<int>& fact, std::optional<int> value) {
  if (!fact) fact = value;
}

}  // namespace

std::string pci_bus_id(std::int64_t domain, std::int64_t location) {
  return fmt::format("{:04x}:{:02x}:{:02x}.{:x}", domain, location >> 8 & 0xff, location >> 3 & 0x1f, location & 7);
}

fs::path pci_folder(DiscoveryRoots const& roots, std::string const& bus_id) {
  return roots.sys / "bus/pci/devices" / bus_id;
}

// Documentation/ABI/testing/sysfs-bus-pci
void add_pci_facts(DiscoveryRoots const& roots, Accelerator& device) {
  if (device.pci_bus_id.empty()) return;
  auto const folder = pci_folder(roots, device.pci_bus_id);
  add(device.numa_node, non_negative(folder / "numa_node"));
  if (device.cpus.empty()) device.cpus = read_small_file(folder / "local_cpulist").value_or("");
  if (device.nics.empty()) device.nics = nearest_nics(roots, folder);
  if (!device.pci_to_host) return;
  add(device.link_lanes, non_negative(folder / "current_link_width"));
  add(device.most_link_lanes, non_negative(folder / "max_link_width"));
  add(device.link_generation, generation(folder / "current_link_speed"));
  add(device.most_link_generation, generation(folder / "max_link_speed"));
}

}  // namespace hpcadvise::probes
