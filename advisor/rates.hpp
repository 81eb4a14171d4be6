// SPDX-License-Identifier: Apache-2.0
#pragma once

// How long one operator or one collective takes on a machine: rates from its samples where there are any, else from
// its references. Pure functions of their arguments.

#include "advisor/attention_kernel.hpp"
#include "advisor/machine.hpp"
#include "advisor/operators.hpp"

#include <cstdint>

namespace hpcadvise::advisor {

struct TimedOperator {
  double time_s = 0;
  bool extrapolated = false;  // outside of what was measured
};

// The rates of `precision`, else of the nearest format that can stand for it (bf16 and fp16 for each other, then fp32,
// which any device has; fp64 last). Throws InfeasibleError for a machine without any.
GemmRates const& gemm_rates(Machine const& machine, profiles::Precision precision);
bool has_gemm_rates(Machine const& machine, profiles::Precision precision);  // of exactly this format

// Share of the multiprocessors' tiles that do useful work, at the best tile: what is left of a GEMM's rate after its
// edges and its last wave. 1 for a device of unknown multiprocessor count. `groups` equal GEMMs in one kernel share
// their waves.
double tile_efficiency(GemmShape shape, std::int64_t multiprocessor_count, double groups = 1);

// Of `groups` equal GEMMs in one kernel.
TimedOperator gemm_time(Machine const& machine, GemmShape shape, profiles::Precision precision, double groups = 1);

enum class Direction { forward, backward };
// Whether fused attention can be counted on: called, and its rates known.
bool has_fused_attention(Machine const& machine, AttentionKernel kernel);
// Of FlashAttention-2 where has_fused_attention(), whichever kernel is called; else two batched GEMMs over the full
// square and the softmax between them through memory.
TimedOperator attention_time(Machine const& machine, AttentionOperator const& attention, Direction direction,
                             profiles::Precision precision, AttentionKernel kernel);

double elementwise_time_s(Machine const& machine, double bytes);

enum class Collective { all_reduce, all_gather, reduce_scatter, point_to_point };

// Where a communicating group sits.
struct GroupPlacement {
  std::int64_t size = 1;       // ranks
  std::int64_t per_node = 1;   // of them in one node, or link domain where that is wider
  std::int64_t node_span = 1;  // nodes from the first rank's to the last's
  bool one_module = false;     // all of them
};
// `size` ranks that are `stride` apart in rank order, nodes filled in order.
GroupPlacement place_group(Machine const& machine, std::int64_t size, std::int64_t stride);

// `bytes` is the whole tensor, gathered or reduced. A ring that leaves the node runs at the slower of the node's link
// and the network shares of its ranks in one node: per_node^aggregation_exponent of them.
double collective_time_s(Machine const& machine, Collective collective, double bytes, GroupPlacement const& group,
                         double aggregation_exponent = 1);

// Every device sends `bytes`, an equal part to each of the group. Where a token goes to several ranks, `copies` of it
// are in `bytes`, and only one crosses the network for each distinct node: n (1 - (1 - 1/n)^copies) of n.
double all_to_all_time_s(Machine const& machine, double bytes, GroupPlacement const& group, int copies = 1);

}  // namespace hpcadvise::advisor
