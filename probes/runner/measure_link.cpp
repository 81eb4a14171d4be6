// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/measure_link.hpp"

#include "kernels/vendor/copy_engine.hpp"
#include "probes/runner/available_memory.hpp"
#include "probes/runner/inputs.hpp"
#include "probes/runner/node_memory.hpp"
#include "probes/runner/request.hpp"

#include <any>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hpcadvise::probes::runner {
namespace {

using Words = Kokkos::View<std::uint64_t*, kernels::MemorySpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;
using WordPolicy = Kokkos::RangePolicy<Space, Kokkos::IndexType<std::int64_t>>;

// What is sent, and what stands at its destination before it arrives.
constexpr std::uint64_t sent = 1;
constexpr std::uint64_t stale = 2;

constexpr std::int64_t word_bytes = sizeof(std::uint64_t);

struct DeviceWords {
  std::shared_ptr<void> memory;
  Words words;
};

DeviceWords device_words(Space const& space, std::int64_t count, std::uint64_t seed) {
  auto const memory = kernels::device_memory(count * word_bytes);
  Words const words(static_cast<std::uint64_t*>(memory.get()), std::size_t(count));
  Kokkos::parallel_for(
      "hpcadvise::link::fill", WordPolicy(space, 0, count),
      KOKKOS_LAMBDA(std::int64_t i) { words(i) = random_bits(seed, std::uint64_t(i)); });
  space.fence();
  return {memory, words};
}

std::int64_t count_not_sent(Space const& space, Words const& words) {
  std::int64_t wrong = 0;
  Kokkos::parallel_reduce(
      "hpcadvise::link::check", WordPolicy(space, 0, std::int64_t(words.extent(0))),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t & sum) { sum += words(i) != random_bits(sent, std::uint64_t(i)); },
      wrong);
  space.fence();
  return wrong;
}

std::int64_t count_not_sent(std::uint64_t const* words, std::int64_t count) {
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < count; ++i) wrong += words[i] != random_bits(sent, std::uint64_t(i));
  return wrong;
}

// A copy that is made again and again.
struct Way {
  kernels::Queue queue = kernels::new_queue();
  void* to = nullptr;
  void const* from = nullptr;
  std::vector<std::any> memory;  // keeps what is copied alive
  std::function<std::int64_t()> count_wrong;
};

struct HostWords {
  HostWords(int numa_node, std::int64_t count, std::uint64_t seed, bool is_pinned)
      : memory(numa_node, count, seed), pinned(is_pinned ? kernels::pin(memory.words(), memory.bytes()) : nullptr) {}

  NodeMemory memory;
  std::shared_ptr<void> pinned;
};

Way to_device(Space const& space, int numa_node, std::int64_t count, bool is_pinned) {
  auto const host = std::make_shared<HostWords>(numa_node, count, sent, is_pinned);
  auto const device = device_words(space, count, stale);
  Way way;
  way.to = device.memory.get();
  way.from = host->memory.words();
  way.memory = {host};
  way.count_wrong = [=] { return count_not_sent(space, device.words); };
  return way;
}

Way to_host(Space const& space, int numa_node, std::int64_t count, bool is_pinned) {
  auto const host = std::make_shared<HostWords>(numa_node, count, stale, is_pinned);
  auto const device = device_words(space, count, sent);
  Way way;
  way.to = host->memory.words();
  way.from = device.memory.get();
  way.memory = {device};
  way.count_wrong = [=] { return count_not_sent(host->memory.words(), count); };
  return way;
}

// What arrived is brought back to be looked at.
Way to_peer(Space const& space, int peer, std::int64_t count) {
  auto const bytes = count * word_bytes;
  auto const there = kernels::peer_memory(peer, bytes);
  auto const source = device_words(space, count, sent);
  auto const back = device_words(space, count, stale);
  Way way;
  kernels::enqueue_copy(way.queue, there.get(), back.memory.get(), bytes);
  kernels::fence(way.queue);
  way.to = there.get();
  way.from = source.memory.get();
  way.memory = {source};
  way.count_wrong = [=, queue = way.queue] {
    kernels::enqueue_copy(queue, back.memory.get(), there.get(), bytes);
    kernels::fence(queue);
    return count_not_sent(space, back.words);
  };
  return way;
}

std::vector<Way> host_ways(SampleRequest const& request, Space const& space, std::string const& direction,
                           std::int64_t count) {
  auto const memory = word_of(request, "memory");
  if (memory != "pinned" && memory != "pageable")
    throw RequestError("memory=" + memory + " is neither pinned nor pageable");
  auto const numa_node = int(ordinal_of(request, "numa_node"));
  bool const both = direction == "both_ways";
  if (!both && direction != "host_to_device" && direction != "device_to_host")
    throw RequestError("direction=" + direction +
                       " is not host_to_device, device_to_host, both_ways or device_to_device");
  require_memory(double(word_bytes) * double(count) * (both ? 2 : 1), available_memory_bytes());
  std::vector<Way> ways;
  if (both || direction == "host_to_device") ways.push_back(to_device(space, numa_node, count, memory == "pinned"));
  if (both || direction == "device_to_host") ways.push_back(to_host(space, numa_node, count, memory == "pinned"));
  return ways;
}

}  // namespace

void measure_link(SampleRequest const& request, Context const& context, profiles::Sample& sample) {
  if (request.provider != "runtime") throw RequestError("this runner has no provider " + request.provider + " of link");
  auto const direction = word_of(request, "direction");
  auto const message_bytes = bytes_of(request, "message_bytes");
  auto const count = message_bytes / word_bytes;
  if (count * word_bytes != message_bytes)
    throw RequestError("message_bytes=" + std::to_string(message_bytes) + " is not a multiple of 8");
  require_memory(2.0 * double(message_bytes));

  auto const ways = direction == "device_to_device"
                        ? std::vector{to_peer(context.space, int(ordinal_of(request, "peer")), count)}
                        : host_ways(request, context.space, direction, count);
  auto const copy = [&](std::int64_t calls) {
    for (std::int64_t call = 0; call < calls; ++call)
      for (Way const& way : ways) kernels::enqueue_copy(way.queue, way.to, way.from, message_bytes);
    for (Way const& way : ways) kernels::fence(way.queue);
  };
  copy(1);
  std::int64_t wrong = 0;
  for (Way const& way : ways) wrong += way.count_wrong();
  if (!accept(sample, double(wrong) / double(count), 0)) return;

  time_calls_into(sample, context, request, copy);
  sample.work_bytes = double(message_bytes) * double(ways.size());
  add_rate(sample, "bytes_per_s", sample.work_bytes);
}

}  // namespace hpcadvise::probes::runner
