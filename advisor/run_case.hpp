// SPDX-License-Identifier: Apache-2.0
#pragma once

// A row of a table of runs as the advisor's own values; docs/runs_table.md lists the columns and their defaults.

#include "advisor/estimate_options.hpp"
#include "advisor/machine.hpp"
#include "advisor/model_spec.hpp"
#include "advisor/parallel_plan.hpp"
#include "advisor/run_cells.hpp"

namespace hpcadvise::advisor {

// The facts of the row's machine: a described system, else composed from its device and network.
struct RunMachine {
  profiles::DeviceDescription device;
  std::optional<profiles::SystemDescription> system;
  ComposedMachine parts;  // where there is no system
};
Machine machine_of(RunMachine const& facts, FittedConstants const& fitted = {});

struct RunCase {
  TrainingJob job;
  ParallelPlan plan;
  EstimateOptions options;
  RunMachine machine;
};

RunCase run_case(RunCells& cells);

}  // namespace hpcadvise::advisor
