// SPDX-License-Identifier: Apache-2.0
#include "probes/gpu_node.hpp"

#include <algorithm>

namespace hpcadvise::probes {
namespace {

Accelerator const* find_accelerator(std::vector<Accelerator> const& accelerators, std::string const& pci_bus_id) {
  auto const found = std::ranges::find(accelerators, pci_bus_id, &Accelerator::pci_bus_id);
  return found == accelerators.end() ? nullptr : &*found;
}

}  // namespace

profiles::NumaNode const* near_node(profiles::HostSpec const& host, std::vector<Accelerator> const& accelerators,
                                    std::string const& pci_bus_id) {
  auto const* const device = find_accelerator(accelerators, pci_bus_id);
  if (device == nullptr || !device->numa_node) return nullptr;
  auto const found = std::ranges::find(host.numa_nodes, *device->numa_node, &profiles::NumaNode::index);
  return found == host.numa_nodes.end() ? nullptr : &*found;
}

std::vector<int> peer_ordinals(HelloEvent const& hello) {
  std::vector<int> result;
  for (int place = 0; place < int(hello.visible_devices.size()); ++place)
    if (hello.gpu && hello.visible_devices[std::size_t(place)] != hello.gpu->pci_bus_id) result.push_back(place);
  return result;
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
