// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/amd_devices.hpp"

#include "probes/discovery/fields.hpp"
#include "probes/discovery/kernel_files.hpp"
#include "probes/discovery/pci_device.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

namespace hpcadvise::probes {
namespace {

namespace fs = std::filesystem;

constexpr int xgmi = 11;  // drivers/gpu/drm/amd/amdkfd/kfd_crat.h, CRAT_IOLINK_TYPE_XGMI

// A node of the topology: a processor, or a GPU, which has SIMD units (drivers/gpu/drm/amd/amdkfd/kfd_topology.c).
struct Node {
  std::int64_t index;
  fs::path folder;
  Fields properties;
  Accelerator device{};

  std::int64_t value(char const* key) const { return parse_integer(field(properties, key)).value_or(0); }
  bool is_gpu() const { return value("simd_count") > 0; }
};

std::vector<Node> topology(DiscoveryRoots const& roots) {
  std::vector<Node> nodes;
  for (auto const& folder : entries(roots.sys / "class/kfd/kfd/topology/nodes"))
    if (auto const index = parse_integer(folder.filename().string()))
      nodes.push_back({*index, folder, parse_fields(read_small_file(folder / "properties").value_or(""), ' ')});
  return nodes;
}

// 90010 is gfx90a: the version's last part is one hexadecimal digit (drivers/gpu/drm/amd/amdkfd, gfx_target_version).
std::string gfx_name(std::int64_t version) {
  return fmt::format("gfx{}{}{:x}", version / 10000, version / 100 % 100, version % 100);
}

// amdgpu_ras.c: "feature mask: 0x3fff". The lowest bit is the memory controller (AMDGPU_RAS_BLOCK__UMC), which
// corrects.
std::optional<bool> ecc_enabled(fs::path const& file) {
  auto const mask = field(parse_fields(read_small_file(file).value_or(""), ':'), "feature mask");
  if (!mask.starts_with("0x")) return std::nullopt;
  unsigned bits = 0;
  auto const [end, code] = std::from_chars(mask.data() + 2, mask.data() + mask.size(), bits, 16);
  if (code != std::errc()) return std::nullopt;
  return (bits & 1) != 0;
}

// The second GCD of a module shows zeros in place of what it does not measure (aldebaran_ppt.c, aldebaran_is_primary).
std::optional<double> above_zero(fs::path const& file, double unit) {
  auto const value = number_in(file);
  if (!value || *value <= 0 || *value > 1e18) return std::nullopt;
  return *value * unit;
}

Accelerator device_of(DiscoveryRoots const& roots, Node const& node) {
  Accelerator device;
  device.architecture = gfx_name(node.value("gfx_target_version"));
  device.pci_bus_id = pci_bus_id(node.value("domain"), node.value("location_id"));
  auto const folder = pci_folder(roots, device.pci_bus_id);
  device.name = read_small_file(folder / "product_name").value_or("");
  if (device.name.empty()) device.name = "AMD " + device.architecture;
  if (auto const id = read_small_file(folder / "unique_id"); id && !id->empty()) device.uuid = "GPU-" + *id;
  device.driver_version = read_small_file(roots.sys / "module/amdgpu/version").value_or("");
  if (auto const bytes = above_zero(folder / "mem_info_vram_total", 1)) device.memory_bytes = std::int64_t(*bytes);
  device.ecc_enabled = ecc_enabled(folder / "ras/features");
  device.compute_partition = read_small_file(folder / "current_compute_partition").value_or("");
  if (auto const megahertz = node.value("max_engine_clk_fcompute"); megahertz > 0)
    device.max_clock_hz = double(megahertz) * 1e6;
  if (auto const sensors = amd_sensor_folder(folder)) {
    constexpr double microwatt = 1e-6;
    device.power_limit_w = above_zero(*sensors / "power1_cap", microwatt);
    device.default_power_limit_w = above_zero(*sensors / "power1_cap_default", microwatt);
    device.most_power_limit_w = above_zero(*sensors / "power1_cap_max", microwatt);
  }
  return device;
}

// Of an MI250X (gfx90a): four links of Infinity Fabric join the GCDs of a module, at most two those of different
// modules; amdgpu_amdkfd.c tells the bandwidth of one as the least and of all as the most.
bool in_one_module(Fields const& link) {
  auto const least = parse_integer(field(link, "min_bandwidth")).value_or(0);
  auto const most = parse_integer(field(link, "max_bandwidth")).value_or(0);
  return least > 0 && most / least >= 4;
}

void follow_links(std::vector<Node>& nodes) {
  int modules = 0;
  for (auto& node : nodes) {
    if (!node.is_gpu()) continue;
    for (auto const& folder : entries(node.folder / "io_links")) {
      auto const link = parse_fields(read_small_file(folder / "properties").value_or(""), ' ');
      if (parse_integer(field(link, "type")) != xgmi) continue;
      auto const to = parse_integer(field(link, "node_to"));
      auto const peer = std::ranges::find_if(nodes, [&](auto const& other) { return other.index == to; });
      if (peer == nodes.end()) continue;
      if (!peer->is_gpu()) node.device.pci_to_host = false;
      if (node.device.architecture != "gfx90a" || peer->device.architecture != "gfx90a") continue;
      if (node.device.gcd || peer->device.gcd || !in_one_module(link)) continue;
      node.device.gcd = {modules, 0};
      peer->device.gcd = {modules, 1};
      ++modules;
    }
  }
}

}  // namespace

std::vector<Accelerator> amd_devices(DiscoveryRoots const& roots) {
  auto nodes = topology(roots);
  for (auto& node : nodes)
    if (node.is_gpu()) node.device = device_of(roots, node);
  std::ranges::sort(nodes, {}, [](auto const& node) { return node.device.pci_bus_id; });
  follow_links(nodes);
  std::vector<Accelerator> devices;
  for (auto& node : nodes)
    if (node.is_gpu()) devices.push_back(std::move(node.device));
  return devices;
}

std::optional<fs::path> amd_sensor_folder(fs::path const& pci_folder) {
  auto const folders = entries(pci_folder / "hwmon");
  if (folders.empty()) return std::nullopt;
  return folders.front();
}

}  // namespace hpcadvise::probes
