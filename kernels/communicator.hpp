// SPDX-License-Identifier: Apache-2.0
#pragma once

// Collectives of training on float buffers, and the vendor's library of them for buffers on devices: NCCL, RCCL. It is
// looked for when the program runs. Implemented in host/ (there is none) and vendor/.

#include "kernels/vendor_library.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace hpcadvise::kernels {

// A group of ranks. All of them make the same calls in the same order; a call may return before its work is done, and
// calls follow each other in a queue of their own, as in frameworks: they wait for no kernel. Counts are in elements; a
// rank's send and receive buffers do not overlap. Whatever fails throws std::runtime_error with the library's words.
class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual void all_reduce(float const* send, float* receive, std::int64_t count) = 0;  // the sum
  // `block` is what each rank gives: the receive buffer holds one of every rank.
  virtual void all_gather(float const* send, float* receive, std::int64_t block) = 0;
  // `block` is what each rank gets: the send buffer holds one for every rank.
  virtual void reduce_scatter(float const* send, float* receive, std::int64_t block) = 0;
  virtual void all_to_all(float const* send, float* receive, std::int64_t block) = 0;
  // Between this rank and another, which makes the other call.
  virtual void send(float const* data, std::int64_t count, int to) = 0;
  virtual void receive(float* data, std::int64_t count, int from) = 0;

  // Whether calls return before their work is done.
  virtual bool returns_early() const { return false; }
  // Returns when the work of all calls is done.
  virtual void fence() {}
  // Throws what went wrong after a call had returned.
  virtual void check() {}
};

// "nccl" or "rccl", whose version is that of the NCCL it is like. Nothing in a build for the host.
std::optional<VendorLibrary> collective_library();

// By what the ranks find each other: one of them makes it, all are given it.
using CommunicatorId = std::array<char, 128>;

// Precondition of both: collective_library() has a value without a problem. Throw std::runtime_error with the library's
// words.
CommunicatorId new_communicator_id();
// Of `rank_count` ranks, each with a device of its own; returns when all have called it.
std::unique_ptr<Communicator> make_communicator(CommunicatorId const& id, int rank, int rank_count);

}  // namespace hpcadvise::kernels
