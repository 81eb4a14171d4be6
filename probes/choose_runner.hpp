// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which of the installed runners fits the devices of this node: by what discovery saw, and by what the runner itself
// says when it is asked.

#include "probes/discovery/accelerators.hpp"
#include "probes/launch/find_runner.hpp"
#include "probes/launch/run_plan.hpp"

#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace hpcadvise::probes {

// "auto", "host", "cuda", "hip"
std::span<std::string_view const> backend_names();

// In the order to try. auto: those for the GPUs of the node, then the host's. cuda and hip: those for its GPUs, else
// all that there can be, as a GPU may be there without having been seen.
std::vector<std::string> runner_names(std::string_view backend, std::vector<Accelerator> const& accelerators,
                                      std::string_view host_architecture);

// Why a runner cannot measure, a sentence without a full stop, and what to do about it.
struct Refusal {
  std::string why;
  std::string next_step;
};
// The reasons of all, and each thing to do once.
Refusal joined(std::vector<Refusal> const& refusals);

struct ChosenRunner {
  std::filesystem::path file;
  HelloEvent hello;
  std::vector<Refusal> refused;  // of those that were tried before it
  bool interrupted = false;      // and nothing was chosen
};

// Asks one after the other what it can do (`ask` starts it with an empty plan). Throws MachineError with the reasons of
// all when none answers. A runner named by HPCADVISE_RUNNER is the only one asked.
ChosenRunner choose_runner(std::vector<std::string> const& names, RunnerSearch const& search,
                           std::function<RunOutcome(std::filesystem::path const&)> const& ask);

}  // namespace hpcadvise::probes
