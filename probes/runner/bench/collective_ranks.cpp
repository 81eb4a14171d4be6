// SPDX-License-Identifier: Apache-2.0

// hpcadvise-bench-collectives OPERATION MESSAGE_BYTES, under mpirun: the probe's median and that of a loop of bare MPI
// calls in turns, a ratio a line. The loop is what one would write by hand: one buffer, a barrier before each reading.

#include "probes/measure.hpp"
#include "probes/runner/measure_collective.hpp"
#include "profiles/error.hpp"

#include <mpi.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace hpcadvise::probes;
using Floats = std::vector<float>;

// `count` floats are the whole message of 2 ranks.
std::function<void()> bare_call(std::string const& operation, Floats& send, Floats& receive, int count, int rank) {
  int const half = count / 2;
  MPI_Comm const world = MPI_COMM_WORLD;
  float* const in = send.data();
  float* const out = receive.data();
  if (operation == "all_reduce") return [=] { MPI_Allreduce(in, out, count, MPI_FLOAT, MPI_SUM, world); };
  if (operation == "all_gather") return [=] { MPI_Allgather(in, half, MPI_FLOAT, out, half, MPI_FLOAT, world); };
  if (operation == "reduce_scatter") return [=] { MPI_Reduce_scatter_block(in, out, half, MPI_FLOAT, MPI_SUM, world); };
  if (operation == "all_to_all") return [=] { MPI_Alltoall(in, half, MPI_FLOAT, out, half, MPI_FLOAT, world); };
  return [=, turn = 0]() mutable {
    if (++turn % 2 == rank)
      MPI_Send(in, count, MPI_FLOAT, 1 - rank, 0, world);
    else
      MPI_Recv(out, count, MPI_FLOAT, 1 - rank, 0, world, MPI_STATUS_IGNORE);
  };
}

double bare_median_s(std::function<void()> const& call, runner::MpiSession const& mpi, std::int64_t calls,
                     std::int64_t readings) {
  std::vector<double> readings_s;
  for (std::int64_t reading = 0; reading < readings; ++reading) {
    MPI_Barrier(MPI_COMM_WORLD);
    double const start_s = MPI_Wtime();
    for (std::int64_t i = 0; i < calls; ++i) call();
    readings_s.push_back(mpi.slowest(MPI_Wtime() - start_s) / double(calls));
  }
  return summarize(readings_s, calls).median_s;
}

void print_ratios(std::string const& operation, std::int64_t message_bytes, runner::MpiSession const& mpi) {
  constexpr int pairs = 7;
  runner::Sensors sensors;
  runner::Communicators communicators(mpi);
  runner::Context const context{.space = {},
                                .clock_resolution_s = clock_resolution_s(),
                                .mpi = mpi,
                                .sensors = sensors,
                                .communicators = communicators};
  SampleRequest request;
  request.provider = "mpi";
  request.parameters = {{"operation", operation},
                        {"message_bytes", message_bytes},
                        {"rank_count", std::int64_t{mpi.size()}},
                        {"placement", std::string("node")}};
  request.rule = {.target_half_width = 0.02, .max_total_s = 0.1, .min_readings = 11, .max_readings = 100};

  auto const count = int(message_bytes / std::int64_t(sizeof(float)));
  Floats send(std::size_t(count), 0.5f);
  Floats receive(std::size_t(count), 0.0f);
  auto const call = bare_call(operation, send, receive, count, mpi.rank());
  for (int pair = 0; pair < pairs; ++pair) {
    hpcadvise::profiles::Sample sample;
    runner::measure_collective(request, context, sample);
    if (!sample.timing) throw std::runtime_error(sample.reason);
    auto const& timing = *sample.timing;
    double const bare_s = bare_median_s(call, mpi, timing.calls_per_reading, timing.count);
    if (mpi.rank() == 0) std::printf("%.17g\n", bare_s / timing.median_s);
  }
}

}  // namespace

int main(int argument_count, char** arguments) {
  try {
    if (argument_count != 3) throw std::runtime_error("usage: OPERATION MESSAGE_BYTES, under mpirun with 2 ranks");
    runner::MpiSession const mpi(true);
    Kokkos::ScopeGuard const kokkos;
    if (mpi.size() != 2) throw std::runtime_error("this takes 2 ranks");
    print_ratios(arguments[1], std::atoll(arguments[2]), mpi);
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "hpcadvise-bench-collectives: %s\n", error.what());
    return 1;
  }
}
