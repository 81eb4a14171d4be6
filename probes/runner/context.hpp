// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every measurer is given, and the steps that all of them share.

#include "kernels/space.hpp"
#include "probes/measure.hpp"
#include "probes/runner/communicators.hpp"
#include "probes/runner/mpi_session.hpp"
#include "probes/runner/sensors.hpp"
#include "probes/sample_request.hpp"

#include <functional>
#include <string>

namespace hpcadvise::probes::runner {

using kernels::Space;

struct Context {
  Space space;
  double clock_resolution_s;  // what a reading is uncertain by: see timing_resolution_s
  MpiSession const& mpi;
  Sensors& sensors;
  Communicators& communicators;
};

// Takes a step on each rank; what throws on one throws on all: RequestError.
void everywhere(Context const& context, std::function<void()> const& step);

// Stores how far the answer was off. False, and the sample is wrong, when that is beyond the bound or not a number.
bool accept(profiles::Sample& sample, double relative_error, double bound);

// Work per second as the rate `name`, with the timing's interval.
void add_rate(profiles::Sample& sample, std::string const& name, double work);

// The clock's resolution, and on a device no less than a fence of an idle queue takes: that is part of every reading.
double timing_resolution_s(Space const& space);

// Times `body(calls)`, which returns when so many calls are done, by the request's rule into the sample, with counters
// over the timed readings. The state after is that of a machine that has just worked.
template <class Body, class Ranks = Alone>
void time_calls_into(profiles::Sample& sample, Context const& context, SampleRequest const& request, Body&& body,
                     Ranks const& ranks = {}) {
  sample.timing = measure(
      request.rule, context.clock_resolution_s, body, [&] { context.sensors.start_counters(); }, ranks);
  sample.counters = context.sensors.stop_counters();
  sample.sensors_after = context.sensors.state();
}

// Times `enqueue`, one call. The calls of a reading follow each other in the queue, and it ends when the last of them
// is done.
template <class Enqueue, class Ranks = Alone>
void time_into(profiles::Sample& sample, Context const& context, SampleRequest const& request, Enqueue&& enqueue,
               Ranks const& ranks = {}) {
  auto const body = [&](std::int64_t calls) {
    for (std::int64_t call = 0; call < calls; ++call) enqueue();
    context.space.fence();
  };
  time_calls_into(sample, context, request, body, ranks);
}

}  // namespace hpcadvise::probes::runner
