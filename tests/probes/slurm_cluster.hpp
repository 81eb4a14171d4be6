// SPDX-License-Identifier: Apache-2.0
#pragma once

// Slurm, the real one, on this machine: a controller and two nodes, with an authentication and ports of their own,
// below a temporary folder. Needs no privilege, and leaves nothing running.

#include "probes/launch/child_process.hpp"
#include "tests/support/temporary_folder.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::tests {

class SlurmCluster {
 public:
  // Sets SLURM_CONF while it lives.
  SlurmCluster();
  ~SlurmCluster();
  SlurmCluster(SlurmCluster const&) = delete;
  SlurmCluster& operator=(SlurmCluster const&) = delete;

  // Why it does not run: programs that are missing, or what did not come up. Empty: both nodes are idle.
  std::string const& problem() const { return problem_; }

  // An allocation of both nodes, in which this process then is, on the first of them, by Slurm's variables.
  void allocate(int tasks_a_node);

  // Processes of this cluster that run that program.
  int count_running(std::string const& program) const;

 private:
  void start();
  void run_daemon(std::string const& name, std::string const& arguments);
  void write_configuration() const;
  std::vector<int> own_processes() const;

  TemporaryFolder folder_;
  std::vector<std::unique_ptr<probes::ChildProcess>> daemons_;
  std::string problem_;
};

}  // namespace hpcadvise::tests
