// SPDX-License-Identifier: Apache-2.0

// More numbers at once than a lane has registers, where a block has so many threads.
#include <Kokkos_Core.hpp>

namespace {

constexpr int numbers = 256;

__global__ __launch_bounds__(1024) void turn(float* data) {
  float held[numbers];
#pragma unroll
  for (int i = 0; i < numbers; ++i) held[i] = data[i * 1024 + threadIdx.x];
  __syncthreads();
#pragma unroll
  for (int i = 0; i < numbers; ++i) data[i * 1024 + threadIdx.x] = held[numbers - 1 - i];
}

}  // namespace

void enqueue_turn(float* data) { turn<<<1, 1024>>>(data); }
