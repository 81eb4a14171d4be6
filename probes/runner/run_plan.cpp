// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/run_plan.hpp"

#include "probes/runner/registry.hpp"
#include "probes/runner/request.hpp"

#include <exception>
#include <new>
#include <stdexcept>
#include <string>

namespace hpcadvise::probes::runner {
namespace {

void require_ranks(SampleRequest const& request, Context const& context) {
  int const size = context.mpi.size();
  if (request.ranks.rank_count == size) return;
  throw RequestError("asks for " + std::to_string(request.ranks.rank_count) + " ranks, the communicator has " +
                     std::to_string(size) +
                     (size == 1 ? ": the runner was started without an MPI launcher, or by that of another MPI" : ""));
}

void measure(SampleRequest const& request, Context const& context, profiles::Sample& sample) {
  auto const* const measurer = find_measurer(request.probe);
  if (measurer == nullptr) throw RequestError("this runner has no probe " + request.probe);
  require_ranks(request, context);
  measurer->measure(request, context, sample);
}

// A device that has failed may fail at all that comes after, until a new process makes a new context.
bool answers(Space const& space) {
  try {
    space.fence();
    return true;
  } catch (std::exception const&) {
    return false;
  }
}

}  // namespace

profiles::Sample take_sample(SampleRequest const& request, Context const& context) {
  profiles::Sample sample;
  sample.probe = request.probe;
  sample.provider = request.provider;
  sample.parameters = request.parameters;
  sample.sensors_before = context.sensors.state();
  auto const fail = [&](std::string const& reason) {
    context.sensors.stop_counters();
    sample.status = profiles::SampleStatus::failed;
    sample.reason = reason;
    sample.timing.reset();
  };
  try {
    measure(request, context, sample);
  } catch (std::bad_alloc const&) {
    fail("out of memory");
  } catch (std::exception const& error) {
    fail(error.what());
  }
  if (sample.sensors_after.empty()) sample.sensors_after = context.sensors.state();
  return sample;
}

void run_plan(SamplePlan const& plan, Context const& context, std::function<void(Event const&)> const& emit) {
  for (auto const& request : plan.requests) {
    emit(StartEvent{request.id});
    auto const sample = take_sample(request, context);
    emit(SampleEvent{request.id, sample});
    if (sample.status == profiles::SampleStatus::failed && !answers(context.space))
      throw std::runtime_error("the device does not answer any more: a new runner may go on");
  }
  emit(DoneEvent{});
}

}  // namespace hpcadvise::probes::runner
