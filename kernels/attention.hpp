// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fused attention, softmax(Q K^T / sqrt(d)) V, forward and backward, without an s^2 matrix in memory.

#include "kernels/attention_shape.hpp"
#include "kernels/fragment/number_formats.hpp"
#include "kernels/space.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hpcadvise::kernels {

// (batch, head, position, head_size), row-major, contiguous.
template <class Scalar>
using Heads = Kokkos::View<Scalar****, Kokkos::LayoutRight, MemorySpace>;
// (batch, head, position)
template <class Scalar>
using RowStatistic = Kokkos::View<Scalar***, Kokkos::LayoutRight, MemorySpace>;

// Enqueue on `space` and return; the caller fences. `log_sum_exp` is an output of forward and an input of backward:
// log of the sum of exp of each row's scaled scores. Outputs are overwritten, with the same bytes whatever the number
// of threads. Memory beyond the arguments: linear in the lengths; backward holds up to seven more d_q. Preconditions:
// the extents agree with `shape` and are at least 1; causal needs key_length >= query_length.
void attention_forward(Space const& space, AttentionShape shape, Heads<float const> q, Heads<float const> k,
                       Heads<float const> v, Heads<float> out, RowStatistic<float> log_sum_exp);

void attention_backward(Space const& space, AttentionShape shape, Heads<float const> q, Heads<float const> k,
                        Heads<float const> v, Heads<float const> out, RowStatistic<float const> log_sum_exp,
                        Heads<float const> d_out, Heads<float> d_q, Heads<float> d_k, Heads<float> d_v);

// The tiles that a device's attention can be made of: "128x32" is the rows that a block of forward keeps, and the
// columns that it passes over at once. Backward's go with them. The first serves any shape well; which is best for one,
// its time says. Empty on a host. Throws std::runtime_error for a head size beyond 256.
std::vector<std::string> attention_tile_names(std::int64_t head_size);

// On a device: fp16 and bf16, sums in fp32, head sizes up to 256. For fp32 there is no kernel. `tile`: of the names
// above.
void attention_forward(Space const& space, AttentionShape shape, Heads<Half const> q, Heads<Half const> k,
                       Heads<Half const> v, Heads<Half> out, RowStatistic<float> log_sum_exp, int tile);
void attention_forward(Space const& space, AttentionShape shape, Heads<BFloat16 const> q, Heads<BFloat16 const> k,
                       Heads<BFloat16 const> v, Heads<BFloat16> out, RowStatistic<float> log_sum_exp, int tile);

// Of backward on a device: a number for each query, as large as the largest call needs. For one call at a time.
struct AttentionWorkspace {
  Kokkos::View<float*, MemorySpace> delta;
};

void attention_backward(Space const& space, AttentionShape shape, Heads<Half const> q, Heads<Half const> k,
                        Heads<Half const> v, Heads<Half const> out, RowStatistic<float const> log_sum_exp,
                        Heads<Half const> d_out, Heads<Half> d_q, Heads<Half> d_k, Heads<Half> d_v,
                        AttentionWorkspace& workspace, int tile);
void attention_backward(Space const& space, AttentionShape shape, Heads<BFloat16 const> q, Heads<BFloat16 const> k,
                        Heads<BFloat16 const> v, Heads<BFloat16 const> out, RowStatistic<float const> log_sum_exp,
                        Heads<BFloat16 const> d_out, Heads<BFloat16> d_q, Heads<BFloat16> d_k, Heads<BFloat16> d_v,
                        AttentionWorkspace& workspace, int tile);

}  // namespace hpcadvise::kernels
