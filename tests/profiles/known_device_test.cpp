// SPDX-License-Identifier: Apache-2.0
#include "profiles/known_device.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::profiles;

namespace {

std::string name_of(std::string_view runtime_name, std::string architecture, double memory_gib, int multiprocessors) {
  GpuSpec gpu;
  gpu.architecture = std::move(architecture);
  gpu.memory_bytes = std::int64_t(memory_gib * (1 << 30));
  gpu.multiprocessor_count = multiprocessors;
  auto const device = known_device(runtime_name, gpu);
  return device ? device->name : "";
}

}  // namespace

TEST_CASE("A device is known by its name, architecture, memory and multiprocessors", "[known-device]") {
  CHECK(name_of("NVIDIA H100 80GB HBM3", "sm90", 79.1, 132) == "h100-sxm-80gb");
  CHECK(name_of("NVIDIA A100-SXM4-40GB", "sm80", 39.4, 108) == "a100-sxm-40gb");
  CHECK(name_of("NVIDIA A100-SXM-64GB", "sm80", 63.4, 124) == "a100-sxm-64gb");
  CHECK(name_of("NVIDIA H200", "sm90", 139.8, 132) == "h200-sxm-141gb");
  CHECK(name_of("NVIDIA H800", "sm90", 79.1, 132) == "h800-sxm-80gb");
  CHECK(name_of("AMD Instinct MI250X", "gfx90a", 64, 110) == "mi250x-gcd");
  CHECK(name_of("AMD Instinct MI250", "gfx90a", 64, 104) == "mi250-gcd");
}

TEST_CASE("A name inside a longer one is not taken for it", "[known-device]") {
  CHECK(name_of("NVIDIA GH200 120GB", "sm90", 95.6, 132) == "gh200-96gb");
}

TEST_CASE("What differs from every description is not known", "[known-device]") {
  CHECK(name_of("NVIDIA A100 80GB PCIe", "sm80", 79.1, 108).empty());
  CHECK(name_of("NVIDIA H100 NVL", "sm90", 93.6, 132).empty());
  CHECK(name_of("NVIDIA H100 PCIe", "sm90", 79.6, 114).empty());
  CHECK(name_of("NVIDIA H100 80GB HBM3", "sm90", 40, 132).empty());
  CHECK(name_of("NVIDIA H100 80GB HBM3 MIG 3g.40gb", "sm90", 39.5, 60).empty());
  CHECK(name_of("NVIDIA GeForce RTX 4090", "sm89", 24, 128).empty());
  CHECK(name_of("", "", 0, 0).empty());
}
