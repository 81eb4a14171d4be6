// SPDX-License-Identifier: Apache-2.0
#pragma once

// Blocks of threads on CUDA, launched past Kokkos: before 5.2 that gives a team no more than 40 KiB of a
// multiprocessor's memory, where the device has 163 KiB and more.

#include "kernels/fragment/block.hpp"
#include "kernels/space.hpp"
#include "kernels/vendor/cuda_check.hpp"

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace hpcadvise::kernels {

namespace detail {

template <class Instruction, class Panels, int threads, int blocks_a_multiprocessor, class Body>
__global__ __launch_bounds__(threads, blocks_a_multiprocessor) void run_block(Body body) {
  extern __shared__ std::byte block_memory[];
  auto const past = std::uint32_t(__cvta_generic_to_shared(block_memory)) % alignof(Panels);
  auto* const panels = reinterpret_cast<Panels*>(block_memory + (alignof(Panels) - past) % alignof(Panels));
  body(DeviceBlock<Instruction>{.own_thread = int(threadIdx.x)}, int(blockIdx.x), *panels);
}

}  // namespace detail

// That a block can have at most.
inline int block_memory_bytes() {
  int device = 0, bytes = 0;
  check_cuda(cudaGetDevice(&device), "cudaGetDevice");
  check_cuda(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device), "cudaDeviceGetAttribute");
  return bytes;
}

template <class Tile, class Panels, int blocks_a_multiprocessor, class Body>
void enqueue_blocks(Space const& space, std::string const& label, int count, int bytes, Body const& body) {
  auto* const kernel =
      detail::run_block<typename Tile::Instruction, Panels, Tile::threads, blocks_a_multiprocessor, Body>;
  check_cuda(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes), label, " with ", bytes,
             " bytes a block");
  // Else the driver may leave room for one block where the kernel is made for more.
  check_cuda(
      cudaFuncSetAttribute(kernel, cudaFuncAttributePreferredSharedMemoryCarveout, cudaSharedmemCarveoutMaxShared),
      label, ", cudaFuncAttributePreferredSharedMemoryCarveout");
  Kokkos::Profiling::pushRegion(label);  // Kokkos sees no kernel of its own here
  kernel<<<count, Tile::threads, std::size_t(bytes), space.cuda_stream()>>>(body);
  Kokkos::Profiling::popRegion();
  check_cuda(cudaGetLastError(), label);
}

}  // namespace hpcadvise::kernels
