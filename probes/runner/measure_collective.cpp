// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/measure_collective.hpp"

#include "probes/runner/available_memory.hpp"
#include "probes/runner/collectives.hpp"
#include "probes/runner/communicators.hpp"
#include "probes/runner/host_copy.hpp"
#include "probes/runner/inputs.hpp"
#include "probes/runner/request.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace hpcadvise::probes::runner {
namespace {

constexpr std::int64_t most_checked = std::int64_t{1} << 22;  // elements of a rank
constexpr std::int64_t most_terms = 8 * most_checked;         // of their sums

// One set for all calls: a message is what was written just before it is sent, in a training run as here, and the
// published numbers that ours are compared with (nccl-tests, OSU) are taken so.
struct Messages {
  Buffers<float> send;
  Buffers<float> receive;
};

Messages messages_of(Context const& context, std::int64_t send_elements, std::int64_t receive_elements) {
  // Ranks on a host share a node's memory. A device is a rank's own.
  int const sharing = kernels::on_device ? 1 : context.mpi.ranks_a_node();
  require_memory(double(sharing) * sizeof(float) * (double(send_elements) + double(receive_elements)));
  Messages messages{{"hpcadvise::collective::send", 1, send_elements},
                    {"hpcadvise::collective::receive", 1, receive_elements}};
  fill_random(context.space, messages.send.all(), collective_seed(context.mpi.rank()));
  poison(context.space, messages.receive.all());
  return messages;
}

Messages messages_everywhere(Context const& context, std::int64_t send_elements, std::int64_t receive_elements) {
  std::optional<Messages> messages;
  everywhere(context, [&] { messages = messages_of(context, send_elements, receive_elements); });
  return *std::move(messages);
}

using Elements = Kokkos::View<float*, kernels::MemorySpace>;

// Every `stride`-th element, where the host can read it.
Kokkos::View<float*, Kokkos::HostSpace> some_elements(kernels::Space const& space, Elements const& all,
                                                      std::int64_t count, std::int64_t stride) {
  Elements some("hpcadvise::collective::checked", std::size_t((count + stride - 1) / stride));
  Kokkos::parallel_for(
      "hpcadvise::collective::some_elements", Kokkos::RangePolicy<kernels::Space>(space, 0, some.extent(0)),
      KOKKOS_LAMBDA(std::size_t i) { some(i) = all(i * std::size_t(stride)); });
  space.fence();
  return host_copy(some);
}

// Whether point to point has given this rank anything.
bool receives(Collective const& collective, Context const& context) {
  return collective.name != "point_to_point" || context.mpi.rank() == 0 || context.mpi.rank() == context.mpi.size() - 1;
}

// The largest error of any rank, the same on all of them.
double relative_error(Collective const& collective, Context const& context, Messages const& messages,
                      std::int64_t block_elements, std::int64_t count) {
  std::int64_t const terms = count * collective.additions(context.mpi.size());
  std::int64_t const stride = std::max<std::int64_t>({1, count / most_checked, terms / most_terms});
  auto const received = some_elements(context.space, messages.receive.all(), count, stride);
  double difference = 0;
  double norm = 0;
  for (std::int64_t i = 0; i < count; i += stride) {
    double const expected = collective.expected(context.mpi.rank(), context.mpi.size(), block_elements, i);
    double const d = double(received(std::size_t(i / stride))) - expected;
    difference += d * d;
    norm += expected * expected;
  }
  double const here = difference == 0 ? 0 : std::sqrt(difference / norm);
  // A NaN would get lost in a maximum.
  double const infinity = std::numeric_limits<double>::infinity();
  return context.mpi.slowest(!receives(collective, context) ? 0 : std::isfinite(here) ? here : infinity);
}

}  // namespace

std::optional<ReadyCollective> ready_collective(SampleRequest const& request, Context const& context,
                                                profiles::Sample& sample) {
  auto const operation = word_of(request, "operation");
  auto const* const collective = find_collective(operation);
  if (collective == nullptr) throw RequestError("there is no collective operation " + operation);
  int const ranks = context.mpi.size();
  if (extent_of(request, "rank_count") != ranks)
    throw RequestError("the parameter rank_count differs from the " + std::to_string(ranks) + " ranks that run");
  if (ranks < 2) throw RequestError("a collective needs at least 2 ranks");

  auto const message_bytes = bytes_of(request, "message_bytes");
  auto const block = message_bytes / std::int64_t(sizeof(float)) / collective->block_count(ranks);
  if (block == 0)
    throw RequestError(std::to_string(message_bytes) + " bytes are less than a float for each of the " +
                       std::to_string(ranks) + " ranks");
  if (block > std::numeric_limits<int>::max())
    throw RequestError("a block of more than 2^31 - 1 floats: MPI 3 counts in int");
  auto& communicator = context.communicators.of(request.provider);

  auto const receive_elements = block * collective->receive_blocks(ranks);
  auto const messages = messages_everywhere(context, block * collective->send_blocks(ranks), receive_elements);
  CollectiveCall const first{.rank = context.mpi.rank(),
                             .rank_count = ranks,
                             .number = 0,
                             .send = messages.send.set(0),
                             .receive = messages.receive.set(0),
                             .block_elements = block};
  ReadyCollective ready{.call =
                            [collective, &communicator, messages, call = first]() mutable {
                              collective->run(communicator, call);
                              ++call.number;
                            },
                        .communicator = communicator,
                        .moved_bytes = double(sizeof(float)) * double(block * collective->block_count(ranks)),
                        .bus_share = collective->bus_share(ranks)};
  everywhere(context, [&] {
    ready.call();
    ready.call();  // point to point: there and back
    communicator.fence();
    communicator.check();
  });
  double const unit_roundoff = std::numeric_limits<float>::epsilon() / 2;
  double const bound = 2 * unit_roundoff * collective->additions(ranks);
  if (!accept(sample, relative_error(*collective, context, messages, block, receive_elements), bound))
    return std::nullopt;
  return ready;
}

void require_success(ReadyCollective const& collective, Context const& context) {
  everywhere(context, [&] { collective.communicator.check(); });
}

void measure_collective(SampleRequest const& request, Context const& context, profiles::Sample& sample) {
  auto const collective = ready_collective(request, context, sample);
  if (!collective) return;
  auto const body = [&](std::int64_t calls) {
    for (std::int64_t i = 0; i < calls; ++i) collective->call();
    collective->communicator.fence();
  };
  time_calls_into(sample, context, request, body, context.mpi);
  require_success(*collective, context);
  sample.work_bytes = collective->moved_bytes;
  add_rate(sample, "algorithm_bytes_per_s", collective->moved_bytes);
  add_rate(sample, "bus_bytes_per_s", collective->moved_bytes * collective->bus_share);
}

}  // namespace hpcadvise::probes::runner
