// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/rank_devices.hpp"

#include "kernels/vendor/device_info.hpp"
#include "probes/discovery/pci_device.hpp"
#include "probes/launch/allowed_cpus.hpp"

#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace hpcadvise::probes::runner {

std::string device_of_rank(std::string const& list, int local_rank, std::vector<std::string> const& visible) {
  auto const fail = [&](std::string const& why) {
    throw std::runtime_error("HPCADVISE_RANK_DEVICES=" + list + " " + why);
  };
  std::istringstream places(list);
  std::string place;
  int rank = 0;
  while (rank <= local_rank && std::getline(places, place, ',')) ++rank;
  auto const on_its_node = "rank " + std::to_string(local_rank) + " of this node";
  if (rank <= local_rank) fail("names no device for " + on_its_node);
  if (!visible.empty() && std::strtoul(place.c_str(), nullptr, 10) >= visible.size())
    fail("gives device " + place + " to " + on_its_node + ", where " + std::to_string(visible.size()) + " can be seen");
  return place;
}

void run_near(std::string const& pci_bus_id, DiscoveryRoots const& roots) {
  auto const near = read_small_file(pci_folder(roots, pci_bus_id) / "local_cpulist");
  if (!near) return;
  cpu_set_t const cpus = allowed_cpus(*near);
  if (CPU_COUNT(&cpus) > 0) ::sched_setaffinity(0, sizeof cpus, &cpus);
}

void take_device_of_rank(int local_rank) {
  char const* const list = std::getenv("HPCADVISE_RANK_DEVICES");
  if (list == nullptr) return;
  auto const visible = kernels::visible_devices();
  auto const device = device_of_rank(list, local_rank, visible);
  setenv("KOKKOS_DEVICE_ID", device.c_str(), 1);
  if (!visible.empty()) run_near(visible[std::stoul(device)]);
}

std::string mixed_rank_devices(MpiSession const& mpi, std::string const& own_name) {
  auto first_name = own_name;
  mpi.share(first_name);
  return mpi.first_problem([&] {
    if (own_name != first_name)
      throw std::runtime_error("its device is " + own_name + ", that of the first rank " + first_name);
  });
}

}  // namespace hpcadvise::probes::runner
