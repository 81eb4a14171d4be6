// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/nearest_nics.hpp"

#include "probes/discovery/kernel_files.hpp"

#include <algorithm>
#include <system_error>

namespace hpcadvise::probes {
namespace {

namespace fs = std::filesystem;

struct Nic {
  std::string name;
  fs::path device;  // its PCI folder
};

bool is_down(fs::path const& infiniband) {
  auto const ports = entries(infiniband / "ports");
  return !ports.empty() && std::ranges::none_of(ports, [](auto const& port) {
    return read_small_file(port / "state").value_or("").starts_with("4:");  // "4: ACTIVE"
  });
}

std::vector<Nic> all_nics(DiscoveryRoots const& roots) {
  std::vector<Nic> nics;
  for (auto const& folder : entries(roots.sys / "class/infiniband"))
    if (!is_down(folder)) nics.push_back({folder.filename().string(), folder / "device"});
  for (auto const& folder : entries(roots.sys / "class/net"))
    if (folder.filename().string().starts_with("hsn")) nics.push_back({folder.filename().string(), folder / "device"});
  return nics;
}

// Links resolved, a folder is named by the way to it: ".../pci0000:c0/0000:c0:01.1/0000:c1:00.0". How many steps two
// have in common, of those that begin with the root of a bus.
int shared_steps(fs::path const& left, fs::path const& right) {
  std::error_code error;
  auto const a = fs::canonical(left, error);
  auto const b = error ? fs::path() : fs::canonical(right, error);
  if (error) return 0;
  auto const differ = std::ranges::mismatch(a, b).in1;
  auto const root = std::find_if(a.begin(), differ, [](auto const& step) { return step.string().starts_with("pci"); });
  return static_cast<int>(std::distance(root, differ));
}

}  // namespace

std::vector<std::string> nearest_nics(DiscoveryRoots const& roots, fs::path const& pci_folder) {
  std::vector<std::string> nearest;
  int most_steps = 0;
  auto const nics = all_nics(roots);
  for (auto const& nic : nics) {
    int const steps = shared_steps(pci_folder, nic.device);
    if (steps > most_steps) nearest.clear();
    most_steps = std::max(most_steps, steps);
    if (steps > 0 && steps == most_steps) nearest.push_back(nic.name);
  }
  if (!nearest.empty()) return nearest;
  auto const node = number_in(pci_folder / "numa_node");
  if (!node || *node < 0) return nearest;
  for (auto const& nic : nics)
    if (number_in(nic.device / "numa_node") == node) nearest.push_back(nic.name);
  return nearest;
}

}  // namespace hpcadvise::probes
