// SPDX-License-Identifier: Apache-2.0
#include "probes/gpu_node.hpp"

#include "probes/discovery/cpu_list.hpp"

#include <algorithm>
#include <iterator>

namespace hpcadvise::probes {
namespace {

Accelerator const* find_accelerator(std::vector<Accelerator> const& accelerators, std::string const& pci_bus_id) {
  auto const found = std::ranges::find(accelerators, pci_bus_id, &Accelerator::pci_bus_id);
  return found == accelerators.end() ? nullptr : &*found;
}

}  // namespace

std::string near_cpus(profiles::HostSpec const& host, std::vector<Accelerator> const& accelerators,
                      std::string const& pci_bus_id) {
  auto const* const device = find_accelerator(accelerators, pci_bus_id);
  if (device == nullptr) return "";
  auto const node =
      std::ranges::find_if(host.numa_nodes, [&](auto const& each) { return each.index == device->numa_node; });
  auto const cpus = !device->cpus.empty() || node == host.numa_nodes.end() ? device->cpus : node->cpus;
  return core_count_of(host, cpus) > 0 ? cpus : "";
}

int core_count_of(profiles::HostSpec const& host, std::string const& cpus) {
  auto const allowed = parse_cpu_list(host.allowed_cpus);
  auto const threads =
      std::ranges::count_if(parse_cpu_list(cpus), [&](int cpu) { return std::ranges::binary_search(allowed, cpu); });
  int const threads_a_core = std::max(1, host.thread_count / std::max(1, host.core_count));
  return (int(threads) + threads_a_core - 1) / threads_a_core;
}

void add_driver_facts(profiles::GpuSpec& gpu, profiles::HostSpec const& host,
                      std::vector<Accelerator> const& accelerators) {
  gpu.cpus = near_cpus(host, accelerators, gpu.pci_bus_id);
  auto const* const device = find_accelerator(accelerators, gpu.pci_bus_id);
  if (device == nullptr) return;
  gpu.numa_node = device->numa_node;
  gpu.nics = device->nics;
  gpu.driver_version = device->driver_version;
  gpu.ecc_enabled = device->ecc_enabled;
  gpu.power_limit_w = device->power_limit_w;
}

std::vector<Accelerator> devices_in_use(HelloEvent const& hello, std::vector<Accelerator> const& accelerators) {
  if (!hello.gpu) return accelerators;
  std::vector<Accelerator> result;
  std::ranges::copy_if(accelerators, std::back_inserter(result), [&](Accelerator const& device) {
    return (!device.unusable.empty() && !device.forbidden) ||
           std::ranges::find(hello.visible_devices, device.pci_bus_id) != hello.visible_devices.end();
  });
  return result;
}

std::vector<int> peer_ordinals(HelloEvent const& hello) {
  std::vector<int> result;
  for (int place = 0; place < int(hello.visible_devices.size()); ++place)
    if (hello.gpu && hello.visible_devices[std::size_t(place)] != hello.gpu->pci_bus_id) result.push_back(place);
  return result;
}

std::vector<int> module_places(std::vector<int> const& places, HelloEvent const& hello,
                               std::vector<Accelerator> const& accelerators) {
  auto const module_of = [&](int place) -> std::optional<int> {
    auto const* const device = find_accelerator(accelerators, hello.visible_devices.at(std::size_t(place)));
    return device != nullptr && device->gcd ? std::optional(device->gcd->module) : std::nullopt;
  };
  for (int const first : places) {
    std::vector<int> joined;
    std::ranges::copy_if(places, std::back_inserter(joined),
                         [&](int place) { return module_of(first) && module_of(place) == module_of(first); });
    if (joined.size() > 1) return joined;
  }
  return {};
}

VisibleKinds visible_kinds(HelloEvent const& hello, std::vector<Accelerator> const& accelerators) {
  VisibleKinds kinds;
  if (!hello.gpu) return kinds;
  auto const& own_id = hello.gpu->pci_bus_id;
  auto const* const own = find_accelerator(accelerators, own_id);
  for (int place = 0; place < int(hello.visible_devices.size()); ++place) {
    auto const& id = hello.visible_devices[std::size_t(place)];
    auto const* const device = find_accelerator(accelerators, id);
    if (own != nullptr && device != nullptr && device->name != own->name)
      kinds.others.push_back(*device);
    else
      kinds.same.insert(id == own_id ? kinds.same.begin() : kinds.same.end(), place);
  }
  return kinds;
}

}  // namespace hpcadvise::probes
