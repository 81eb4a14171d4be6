// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/accelerators.hpp"

#include "probes/discovery/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace hpcadvise::probes {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders_in(fs::path const& parent) {
  std::vector<fs::path> result;
  std::error_code error;
  for (fs::directory_iterator it(parent, error), end; !error && it != end; it.increment(error))
    result.push_back(it->path());
  return result;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<int> non_negative(fs::path const& file) {
  auto const value = number(trimmed(read_small_file(file).value_or("")));
  if (!value || *value < 0 || *value > 1'000'000) return std::nullopt;  // -1: no NUMA node is known
  return static_cast<int>(*value);
}

// Documentation/ABI/testing/sysfs-bus-pci: numa_node, current_link_width, max_link_width.
Accelerator on_bus(DiscoveryRoots const& roots, std::string name, std::string bus_id) {
  auto const device = roots.sys / "bus/pci/devices" / bus_id;
  return {.name = std::move(name),
          .pci_bus_id = std::move(bus_id),
          .numa_node = non_negative(device / "numa_node"),
          .link_lanes = non_negative(device / "current_link_width"),
          .most_link_lanes = non_negative(device / "max_link_width")};
}

void add_nvidia(DiscoveryRoots const& roots, std::vector<Accelerator>& found) {
  for (auto const& folder : folders_in(roots.proc / "driver/nvidia/gpus")) {
    auto const model = field(parse_fields(read_small_file(folder / "information").value_or(""), ':'), "Model");
    std::string bus_id = folder.filename().string();
    std::ranges::transform(bus_id, bus_id.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    found.push_back(on_bus(roots, model.empty() ? "NVIDIA GPU" : model, std::move(bus_id)));
  }
}

// 90010 is gfx90a: the version's last part is one hexadecimal digit (drivers/gpu/drm/amd/amdkfd, gfx_target_version).
std::string gfx_name(std::int64_t version) {
  return fmt::format("gfx{}{}{:x}", version / 10000, version / 100 % 100, version % 100);
}

// drivers/gpu/drm/amd/amdkfd/kfd_topology.c: a node of the topology without SIMD units is a processor.
void add_amd(DiscoveryRoots const& roots, std::vector<Accelerator>& found) {
  for (auto const& folder : folders_in(roots.sys / "class/kfd/kfd/topology/nodes")) {
    auto const properties = parse_fields(read_small_file(folder / "properties").value_or(""), ' ');
    auto const value = [&](char const* key) { return number(field(properties, key)).value_or(0); };
    if (value("simd_count") <= 0) continue;
    auto const location = value("location_id");  // bus, device and function as PCI packs them
    auto const architecture = gfx_name(value("gfx_target_version"));
    found.push_back(on_bus(roots, "AMD " + architecture,
                           fmt::format("{:04x}:{:02x}:{:02x}.{:x}", value("domain"), location >> 8 & 0xff,
                                       location >> 3 & 0x1f, location & 7)));
    found.back().architecture = architecture;
  }
}

}  // namespace

std::vector<Accelerator> discover_accelerators(DiscoveryRoots const& roots) {
  std::vector<Accelerator> found;
  add_nvidia(roots, found);
  add_amd(roots, found);
  std::ranges::sort(found, {}, &Accelerator::pci_bus_id);
  return found;
}

}  // namespace hpcadvise::probes
