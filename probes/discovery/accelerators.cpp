// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/accelerators.hpp"

#include "probes/discovery/amd_devices.hpp"
#include "probes/discovery/nvidia_devices.hpp"
#include "probes/discovery/pci_device.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace hpcadvise::probes {

std::vector<Accelerator> discover_accelerators(DiscoveryRoots const& roots) {
  auto found = nvidia_devices(roots);
  std::ranges::move(amd_devices(roots), std::back_inserter(found));
  for (auto& device : found) add_pci_facts(roots, device);
  std::ranges::sort(found, {}, &Accelerator::pci_bus_id);
  return found;
}

std::string described(Accelerator const& device) {
  std::string text = device.name;
  if (!device.pci_bus_id.empty()) text += " at " + device.pci_bus_id;
  if (device.gcd) text += fmt::format(", GCD {} of module {}", device.gcd->gcd, device.gcd->module);
  return text;
}

}  // namespace hpcadvise::probes
