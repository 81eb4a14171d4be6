// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/measure_collective.hpp"

#include "probes/runner/available_memory.hpp"
#include "probes/runner/collectives.hpp"
#include "probes/runner/inputs.hpp"
#include "probes/runner/request.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace hpcadvise::probes::runner {
namespace {

constexpr std::int64_t most_checked = std::int64_t{1} << 22;  // elements of a rank

// One set for all calls: a message is what was written just before it is sent, in a training run as here, and the
// published numbers that ours are compared with (nccl-tests, OSU) are taken so.
struct Messages {
  Buffers<float, Kokkos::HostSpace> send;
  Buffers<float, Kokkos::HostSpace> receive;
};

Messages messages_of(Context const& context, std::int64_t send_elements, std::int64_t receive_elements) {
  // As if all ranks were on this node, which is where memory is scarce.
  require_memory(double(context.mpi.size()) * sizeof(float) * (double(send_elements) + double(receive_elements)),
                 available_memory_bytes());
  Messages const messages{{"hpcadvise::collective::send", 1, send_elements},
                          {"hpcadvise::collective::receive", 1, receive_elements}};
  for (std::int64_t i = 0; i < send_elements; ++i)
    messages.send.set(0)[i] = float(collective_input(context.mpi.rank(), i));
  Kokkos::deep_copy(messages.receive.all(), std::numeric_limits<float>::quiet_NaN());
  return messages;
}

// A rank that gave up alone would leave the others waiting in the next collective.
Messages messages_everywhere(Context const& context, std::int64_t send_elements, std::int64_t receive_elements) {
  std::optional<Messages> messages;
  std::string problem = "out of memory on another rank";
  try {
    messages = messages_of(context, send_elements, receive_elements);
  } catch (std::exception const& error) {
    problem = error.what();
  }
  if (!context.mpi.everywhere(messages.has_value())) throw RequestError(problem);
  return *std::move(messages);
}

// Whether point to point has given this rank anything.
bool receives(Collective const& collective, Context const& context) {
  return collective.name != "point_to_point" || context.mpi.rank() == 0 || context.mpi.rank() == context.mpi.size() - 1;
}

// The largest error of any rank, the same on all of them.
double relative_error(Collective const& collective, Context const& context, Messages const& messages,
                      std::int64_t block_elements, std::int64_t count) {
  double difference = 0;
  double norm = 0;
  for (std::int64_t i = 0; i < count; i += std::max<std::int64_t>(1, count / most_checked)) {
    double const expected = collective.expected(context.mpi.rank(), context.mpi.size(), block_elements, i);
    double const d = double(messages.receive.set(0)[i]) - expected;
    difference += d * d;
    norm += expected * expected;
  }
  double const here = difference == 0 ? 0 : std::sqrt(difference / norm);
  // A NaN would get lost in a maximum.
  double const infinity = std::numeric_limits<double>::infinity();
  return context.mpi.slowest(!receives(collective, context) ? 0 : std::isfinite(here) ? here : infinity);
}

}  // namespace

void measure_collective(SampleRequest const& request, Context const& context, profiles::Sample& sample) {
  if (request.provider != "mpi")
    throw RequestError("this runner has no provider " + request.provider + " of collective");
  auto const operation = word_of(request, "operation");
  auto const* const collective = find_collective(operation);
  if (collective == nullptr)
    throw RequestError(mpi_library().empty() ? "this runner was built without MPI"
                                             : "there is no collective operation " + operation);
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

  auto const receive_elements = block * collective->receive_blocks(ranks);
  auto const messages = messages_everywhere(context, block * collective->send_blocks(ranks), receive_elements);
  std::int64_t call = 0;
  auto const run = [&] { collective->run(call++, messages.send.set(0), messages.receive.set(0), int(block)); };
  run();
  run();  // point to point: there and back
  double const unit_roundoff = std::numeric_limits<float>::epsilon() / 2;
  double const bound = 2 * unit_roundoff * collective->additions(ranks);
  if (!accept(sample, relative_error(*collective, context, messages, block, receive_elements), bound)) return;

  time_into(sample, context, request, run, context.mpi);
  double const moved_bytes = double(sizeof(float)) * double(block * collective->block_count(ranks));
  sample.work_bytes = moved_bytes;
  add_rate(sample, "algorithm_bytes_per_s", moved_bytes);
  add_rate(sample, "bus_bytes_per_s", moved_bytes * collective->bus_share(ranks));
}

}  // namespace hpcadvise::probes::runner
