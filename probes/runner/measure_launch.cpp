// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/measure_launch.hpp"

#include "kernels/launch.hpp"
#include "probes/runner/host_copy.hpp"
#include "probes/runner/request.hpp"

#include <algorithm>
#include <cmath>

namespace hpcadvise::probes::runner {
namespace {

// What is enqueued, and the fence after it.
template <class Enqueue>
void time_fenced(SampleRequest const& request, Context const& context, profiles::Sample& sample, Enqueue&& enqueue) {
  time_into(sample, context, request, [&] {
    enqueue();
    context.space.fence();
  });
}

// Of a call that is `count` kernels: what a reading says of each.
void divide(profiles::Timing& timing, std::int64_t count) {
  for (double* const time_s : {&timing.median_s, &timing.low_s, &timing.high_s, &timing.minimum_s, &timing.p10_s,
                               &timing.p25_s, &timing.p75_s, &timing.p90_s})
    *time_s /= double(count);
  for (double& reading_s : timing.readings_s) reading_s /= double(count);
  timing.calls_per_reading *= count;
}

// How far the counters are from the number of kernels that should have raised each by one.
double relative_error(kernels::Counters<Space> const& counters, std::int64_t expected) {
  auto const seen = host_copy(counters);
  double largest = 0;
  for (std::size_t i = 0; i < seen.extent(0); ++i)
    largest = std::max(largest, std::abs(double(seen(i)) - double(expected)));
  return largest / double(expected);
}

// `enqueue` launches `count` kernels that depend on each other.
template <class Enqueue>
void time_chain(SampleRequest const& request, Context const& context, profiles::Sample& sample,
                kernels::Counters<Space> const& counters, std::int64_t count, Enqueue&& enqueue) {
  enqueue();
  context.space.fence();
  if (!accept(sample, relative_error(counters, count), 0)) return;
  time_fenced(request, context, sample, enqueue);
  divide(*sample.timing, count);
}

}  // namespace

void measure_launch(SampleRequest const& request, Context const& context, profiles::Sample& sample) {
  if (request.provider != "kokkos")
    throw RequestError("this runner has no provider " + request.provider + " of launch");
  auto const& space = context.space;
  // On a host every thread has to be woken; a device starts one block as it starts many.
  int const width = kernels::on_device ? 1 : int(space.concurrency());
  auto const kind = word_of(request, "kind");
  if (kind == "parallel_for")
    return time_fenced(request, context, sample, [&] { kernels::launch_range(space, width); });
  if (kind == "team") return time_fenced(request, context, sample, [&] { kernels::launch_teams(space, width); });
  if (kind != "chain" && kind != "graph")
    throw RequestError("kind=" + kind + " is not parallel_for, team, chain or graph");

  auto const count = int(extent_of(request, "count"));
  constexpr int most = 100'000;
  if (count > most) throw RequestError("count=" + std::to_string(count) + " is above " + std::to_string(most));
  kernels::Counters<Space> const counters("hpcadvise::launch::counters", std::size_t(width));
  if (kind == "chain")
    return time_chain(request, context, sample, counters, count,
                      [&] { kernels::launch_chain(space, counters, count); });
  auto const graph = kernels::chain_graph<Space>(counters, count);
  time_chain(request, context, sample, counters, count, [&] { graph.submit(); });
}

}  // namespace hpcadvise::probes::runner
