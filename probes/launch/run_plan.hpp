// SPDX-License-Identifier: Apache-2.0
#pragma once

// Has a plan measured by a runner that may crash, hang, print garbage or not start at all. Each costs at most the
// sample it happened in; the runner is started again with the rest.

#include "probes/deadline.hpp"
#include "probes/launch/child_process.hpp"
#include "probes/launch/garbage.hpp"
#include "probes/protocol.hpp"

#include <functional>
#include <optional>

namespace hpcadvise::probes {

struct RunSettings {
  Command command;              // of the runner, which reads the plan from its stdin
  Ranks ranks;                  // that the runner's communicator must have
  double hello_timeout_s = 30;  // mpirun on a busy file system takes its time
  double idle_timeout_s = 10;   // between two samples
  double patience_s = 2;        // between asking it to end and killing it
  SteadyClock::time_point deadline = SteadyClock::time_point::max();
};

struct RunListener {
  std::function<void()> ready;  // at each start of the runner, when it has said what it is
  std::function<void(SampleRequest const&)> started;
  // Once for each request, whatever became of it; not for those that were left when it was interrupted.
  std::function<void(SampleRequest const&, profiles::Sample const&)> sampled;
  std::function<bool()> interrupted;
};

struct RunOutcome {
  std::optional<HelloEvent> hello;
  Garbage garbage;
  bool interrupted = false;
  bool out_of_time = false;  // the deadline came first
  std::string lost;          // why no runner could go on with the rest; empty if one could
  std::string next_step;     // what to do about that
};

// The plan goes to stdin, the one way that reaches the first rank on whatever node it starts. An empty plan only asks
// the runner what it can do. Nothing is left running. Throws MachineError if the program cannot be started at all.
RunOutcome run_plan(SamplePlan const& plan, RunSettings const& settings, RunListener const& listener);

}  // namespace hpcadvise::probes
