// SPDX-License-Identifier: Apache-2.0
#pragma once

// The collectives of training on float buffers, each as one call of a communicator, and the work that they do.

#include "kernels/communicator.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace hpcadvise::probes::runner {

// What one rank does in one call.
struct CollectiveCall {
  int rank;
  int rank_count;
  std::int64_t number;  // of calls before it: point to point goes there and back in turn
  float const* send;
  float* receive;
  std::int64_t block_elements;
};

// `message_bytes` counts as in nccl-tests: the buffer that all-reduce and point to point work on; for all-gather what a
// rank has received in the end, for reduce-scatter and all-to-all what it holds at first.
struct Collective {
  std::string_view name;
  // Bytes on the busiest link as a share of message_bytes, when n ranks do it in the best way: docs/measuring.md.
  double (*bus_share)(int rank_count);
  // A rank's buffers in units of a block: message / block_count. Blocks are of equal size.
  std::int64_t (*block_count)(int rank_count);
  std::int64_t (*send_blocks)(int rank_count);
  std::int64_t (*receive_blocks)(int rank_count);
  // Additions that an element of the result goes through, 0 if it is only moved.
  int (*additions)(int rank_count);
  void (*run)(kernels::Communicator& communicator, CollectiveCall const& call);
  // What the element `index` of rank `rank`'s receive buffer has to be; inputs by collective_input.
  double (*expected)(int rank, int rank_count, std::int64_t block_elements, std::int64_t index);
};

// Of a rank's send buffer, as fill_random takes it.
std::uint64_t collective_seed(int rank);
// Element `index` of rank `rank`'s send buffer: any rank can work out any other's.
double collective_input(int rank, std::int64_t index);

std::span<Collective const> all_collectives();
Collective const* find_collective(std::string_view name);

}  // namespace hpcadvise::probes::runner
