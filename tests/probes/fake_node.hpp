// SPDX-License-Identifier: Apache-2.0
#pragma once

// A file system and an NVML in place of a node's.

#include "probes/discovery/roots.hpp"
#include "tests/support/temporary_folder.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace hpcadvise::tests {

class FakeNode {
 public:
  FakeNode() { ::setenv("FAKE_NVML", (folder / "nvml").c_str(), 1); }
  ~FakeNode() { ::unsetenv("FAKE_NVML"); }
  FakeNode(FakeNode const&) = delete;
  FakeNode& operator=(FakeNode const&) = delete;

  TemporaryFolder folder;
  probes::DiscoveryRoots roots{folder / "proc", folder / "sys", folder / "etc", "", "libno-such-nvml.so.1"};

  void file(std::string const& name, std::string const& text) const {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << text << "\n";
  }

  // As the kernel does: bus/pci/devices and class/... hold links to the device's folder below its bus.
  void pci(std::string const& way, std::string const& link) const {
    std::filesystem::create_directories(folder / ("sys/devices/" + way));
    std::filesystem::create_directories((folder / link).parent_path());
    std::filesystem::create_directory_symlink(folder / ("sys/devices/" + way), folder / link);
  }

  void nvidia(std::string const& bus_id, std::string const& model) const {
    file("proc/driver/nvidia/gpus/" + bus_id + "/information",
         "Model: \t\t " + model + "\nIRQ:   \t\t 42\nGPU UUID: \t GPU-1\nBus Location: \t " + bus_id);
  }

  // Adds lines to what the fake NVML answers by.
  void nvml(std::string const& lines) const { std::ofstream(folder / "nvml", std::ios::app) << lines; }

  // A GPU node of the topology with the properties that matter; location_id 49408 is bus 0xc1, device 0, function 0.
  void kfd(int node, int simd_count, int gfx_target_version, int location_id) const {
    file("sys/class/kfd/kfd/topology/nodes/" + std::to_string(node) + "/properties",
         "cpu_cores_count 0\nsimd_count " + std::to_string(simd_count) + "\ngfx_target_version " +
             std::to_string(gfx_target_version) + "\nlocation_id " + std::to_string(location_id) +
             "\ndomain 0\nmax_engine_clk_fcompute 1700");
  }

  // An Infinity Fabric link of so many lanes of 50 GB/s.
  void xgmi(int from, int link, int to, int count) const {
    file("sys/class/kfd/kfd/topology/nodes/" + std::to_string(from) + "/io_links/" + std::to_string(link) +
             "/properties",
         "type 11\nnode_from " + std::to_string(from) + "\nnode_to " + std::to_string(to) +
             "\nmin_bandwidth 50000\nmax_bandwidth " + std::to_string(50000 * count));
  }
};

}  // namespace hpcadvise::tests
