// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/copy_engine.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

namespace hpcadvise::kernels {

Queue new_queue(Ordinal) { return nullptr; }

void enqueue_copy(Queue const&, void* to, void const* from, std::int64_t bytes) {
  std::memcpy(to, from, std::size_t(bytes));
}

void fence(Queue const&) {}

std::shared_ptr<void> pin(void*, std::int64_t) { return nullptr; }

std::shared_ptr<void> device_memory(std::int64_t bytes, Ordinal) {
  std::shared_ptr<void> memory(std::malloc(std::size_t(bytes)), std::free);
  if (!memory) throw std::bad_alloc();
  return memory;
}

void connect(Ordinal, int) {}

}  // namespace hpcadvise::kernels
