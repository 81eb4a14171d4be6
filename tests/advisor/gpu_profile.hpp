// SPDX-License-Identifier: Apache-2.0
#pragma once

// Profiles of a node with GPUs, as a runner with the vendor's libraries writes them.

#include "profiles/machine_profile.hpp"
#include "tests/advisor/fixtures.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace hpcadvise::advisor::testing {

inline profiles::Sample gemm_sample(std::string provider, std::int64_t size, double flops_per_s,
                                    std::string precision = "bf16") {
  return measured_sample("gemm", std::move(provider),
                         {{"m", size}, {"n", size}, {"k", size}, {"precision", std::move(precision)}}, "flops_per_s",
                         flops_per_s);
}

// Causal.
inline profiles::Sample attention_sample(std::string provider, std::string direction, double flops_per_s,
                                         std::int64_t length = 8192, std::int64_t head_size = 128) {
  return measured_sample(
      "attention", std::move(provider),
      {{"head_size", head_size}, {"query_length", length}, {"causal", true}, {"direction", std::move(direction)}},
      "flops_per_s", flops_per_s);
}

inline profiles::MeasuredDevice h100() {
  profiles::GpuSpec gpu;
  gpu.architecture = "sm90";
  gpu.memory_bytes = 84'900'000'000;
  gpu.multiprocessor_count = 132;
  gpu.peak[profiles::Precision::bf16] = {1.07e15, "test"};
  return {.backend = "cuda", .name = "NVIDIA H100 80GB HBM3", .thread_count = 8, .gpu = gpu};
}

inline profiles::MachineProfile node(int device_count) {
  profiles::MachineProfile profile;
  profile.name = "node17";
  profile.devices.assign(std::size_t(device_count), h100());
  profile.samples = {
      gemm_sample("kokkos", 8192, 400e12),
      gemm_sample("cublaslt", 8192, 700e12),
      gemm_sample("cublaslt", 1024, 300e12),
      measured_sample("memory", "kokkos", {{"kernel", "triad"}, {"level", "DRAM"}}, "bytes_per_s", 2.9e12),
      measured_sample("launch", "kokkos", {{"kind", "parallel_for"}}, "", 0),
      attention_sample("kokkos", "forward", 100e12)};
  return profile;
}

}  // namespace hpcadvise::advisor::testing
