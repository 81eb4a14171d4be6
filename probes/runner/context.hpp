// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every measurer is given, and the steps that all of them share.

#include "probes/measure.hpp"
#include "probes/runner/mpi_session.hpp"
#include "probes/runner/sensors.hpp"
#include "probes/sample_request.hpp"

#include <Kokkos_Core.hpp>

#include <string>

namespace hpcadvise::probes::runner {

using Space = Kokkos::DefaultHostExecutionSpace;

struct Context {
  Space space;
  double clock_resolution_s;
  MpiSession const& mpi;
  Sensors& sensors;
};

// Stores how far the answer was off. False, and the sample is wrong, when that is beyond the bound or not a number.
bool accept(profiles::Sample& sample, double relative_error, double bound);

// Work per second as the rate `name`, with the timing's interval.
void add_rate(profiles::Sample& sample, std::string const& name, double work);

// Times `body` by the request's rule into the sample, with counters over the timed readings.
template <class Body, class Ranks = Alone>
void time_into(profiles::Sample& sample, Context const& context, SampleRequest const& request, Body&& body,
               Ranks const& ranks = {}) {
  sample.timing = measure(
      request.rule, context.clock_resolution_s, body, [&] { context.sensors.start_counters(); }, ranks);
  sample.counters = context.sensors.stop_counters();
}

}  // namespace hpcadvise::probes::runner
