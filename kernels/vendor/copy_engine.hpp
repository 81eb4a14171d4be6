// SPDX-License-Identifier: Apache-2.0
#pragma once

// Copies between the memories of a node as the vendor's runtime makes them. In a build for the host there is one
// memory, and a copy is that of the C library.

#include <cstdint>
#include <memory>
#include <optional>

namespace hpcadvise::kernels {

// What comes from it lives as long as its copies. All here throw std::runtime_error with the runtime's words.
using Queue = std::shared_ptr<void>;

// A visible device, counted as visible_devices() does; nothing: the one that Kokkos was initialized on.
using Ordinal = std::optional<int>;

// Beside all other queues, those of kernels included: what was put into two of them may be under way at once.
Queue new_queue(Ordinal device = {});

// Enqueues and returns; of pageable memory it may return later. The runtime sees by the addresses where each lies.
void enqueue_copy(Queue const& queue, void* to, void const* from, std::int64_t bytes);

// Returns when all that was enqueued is done.
void fence(Queue const& queue);

// Holds pages of the host where they are, so that the device reads and writes them by itself.
std::shared_ptr<void> pin(void* pages, std::int64_t bytes);

// None of a pool: such is out of reach of other devices.
std::shared_ptr<void> device_memory(std::int64_t bytes, Ordinal device = {});

// Lets copies of `from` reach `to` directly where the runtime allows that; else they go by way of the host.
void connect(Ordinal from, int to);

}  // namespace hpcadvise::kernels
