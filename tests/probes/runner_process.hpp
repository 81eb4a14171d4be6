// SPDX-License-Identifier: Apache-2.0
#pragma once

// The runner as the front end meets it: a program, a plan, and lines.

#include "probes/launch/child_process.hpp"
#include "probes/protocol.hpp"
#include "tests/support/temporary_folder.hpp"

#include <string>
#include <vector>

namespace hpcadvise::tests {

// A plan in a file that goes with the object.
class PlanFile {
 public:
  explicit PlanFile(std::string const& text);
  std::string path() const { return folder_.file("plan.json"); }

 private:
  TemporaryFolder folder_;
};

struct Outcome {
  std::vector<probes::HelloEvent> hellos;
  std::vector<profiles::Sample> samples;
  std::vector<std::int64_t> started;
  std::vector<std::string> garbage;
  int done = 0;
  probes::ExitStatus exit;
  std::string errors;
};

probes::Command runner_command(std::vector<std::string> const& arguments, int threads = 2);
Outcome outcome_of(probes::Command const& command);
Outcome outcome_of(std::vector<probes::SampleRequest> requests);

// MPI leaves some memory behind at its end, which a build with LeakSanitizer would hold against the runner. Its
// plugins are unloaded by then and have no frame pointers: only a full unwinding finds a name on the stack.
probes::Command with_mpi(probes::Command command);

// Of ranks on fewer cores. Skips the test where there is no MPI.
Outcome outcome_under_mpi(std::vector<probes::SampleRequest> requests, int rank_count,
                          probes::Command runner = runner_command({}, 1));

probes::SamplePlan plan_of(std::vector<probes::SampleRequest> requests);
// Short, and not very sure.
probes::SampleRequest request(std::string const& probe, std::string const& provider, profiles::Parameters parameters);

void check_measured(profiles::Sample const& sample);

}  // namespace hpcadvise::tests
