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

void fill(Space const& space, Words const& words, std::uint64_t seed) {
  Kokkos::parallel_for(
      "hpcadvise::link::fill", WordPolicy(space, 0, std::int64_t(words.extent(0))),
      KOKKOS_LAMBDA(std::int64_t i) { words(i) = random_bits(seed, std::uint64_t(i)); });
  space.fence();
}

// Words in a device's memory. Kernels run on one device: another's words are made and looked at there.
class DeviceWords {
 public:
  DeviceWords(Space const& space, kernels::Ordinal device, std::int64_t count, std::uint64_t seed)
      : space_(space), here_(kernels::device_memory(count * word_bytes)), words_(pointer(here_), std::size_t(count)) {
    fill(space, words_, seed);
    if (!device) return;
    there_ = kernels::device_memory(count * word_bytes, device);
    copy(there_.get(), here_.get());
  }

  void* memory() const { return there_ ? there_.get() : here_.get(); }
  std::int64_t count_wrong() const {
    if (there_) copy(here_.get(), there_.get());
    return count_not_sent(space_, words_);
  }

 private:
  static std::uint64_t* pointer(std::shared_ptr<void> const& memory) {
    return static_cast<std::uint64_t*>(memory.get());
  }
  void copy(void* to, void const* from) const {
    auto const queue = kernels::new_queue();
    kernels::enqueue_copy(queue, to, from, word_bytes * std::int64_t(words_.extent(0)));
    kernels::fence(queue);
  }

  Space space_;
  std::shared_ptr<void> here_;
  Words words_;
  std::shared_ptr<void> there_;
};

struct HostWords {
  HostWords(int numa_node, std::int64_t count, std::uint64_t seed, bool is_pinned)
      : memory(numa_node, count, seed), pinned(is_pinned ? kernels::pin(memory.words(), memory.bytes()) : nullptr) {}

  NodeMemory memory;
  std::shared_ptr<void> pinned;
};

// A copy that is made again and again.
struct Way {
  kernels::Queue queue;
  void* to = nullptr;
  void const* from = nullptr;
  std::any source;  // kept alive
  std::function<std::int64_t()> count_wrong;
};

struct HostEnd {
  int numa_node;
  bool is_pinned;
};

Way to_device(Space const& space, HostEnd const& end, kernels::Ordinal device, std::int64_t count) {
  auto const host = std::make_shared<HostWords>(end.numa_node, count, sent, end.is_pinned);
  DeviceWords const words(space, device, count, stale);
  return {.queue = kernels::new_queue(device),
          .to = words.memory(),
          .from = host->memory.words(),
          .source = host,
          .count_wrong = [=] { return words.count_wrong(); }};
}

Way to_host(Space const& space, HostEnd const& end, kernels::Ordinal device, std::int64_t count) {
  auto const host = std::make_shared<HostWords>(end.numa_node, count, stale, end.is_pinned);
  DeviceWords const words(space, device, count, sent);
  return {.queue = kernels::new_queue(device),
          .to = host->memory.words(),
          .from = words.memory(),
          .source = words,
          .count_wrong = [=] { return count_not_sent(host->memory.words(), count); }};
}

Way to_peer(Space const& space, kernels::Ordinal device, int peer, std::int64_t count) {
  DeviceWords const source(space, device, count, sent);
  DeviceWords const there(space, peer, count, stale);
  kernels::connect(device, peer);
  return {.queue = kernels::new_queue(device),
          .to = there.memory(),
          .from = source.memory(),
          .source = source,
          .count_wrong = [=] { return there.count_wrong(); }};
}

// The device at this end of the link: the measured one, where the request names no other.
kernels::Ordinal device_of(SampleRequest const& request) {
  if (!request.parameters.contains("ordinal")) return std::nullopt;
  return int(ordinal_of(request, "ordinal"));
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
  HostEnd const end{numa_node, memory == "pinned"};
  auto const device = device_of(request);
  std::vector<Way> ways;
  if (both || direction == "host_to_device") ways.push_back(to_device(space, end, device, count));
  if (both || direction == "device_to_host") ways.push_back(to_host(space, end, device, count));
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

  auto const ways =
      direction == "device_to_device"
          ? std::vector{to_peer(context.space, device_of(request), int(ordinal_of(request, "peer")), count)}
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
