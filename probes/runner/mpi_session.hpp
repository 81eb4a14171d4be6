// SPDX-License-Identifier: Apache-2.0
#pragma once

// MPI for as long as the object lives, when it is wanted and built in; else one rank that is alone.

#include <functional>
#include <span>
#include <string>

namespace hpcadvise::probes::runner {

// Whether an MPI launcher started this process, by the variables that Open MPI, MPICH, Intel MPI and PMIx set.
// Those of Slurm do not count: a batch script has them without being a rank.
bool started_by_mpi_launcher();

// Whether this runner was built with MPI, and with which: "Open MPI v4.1.4". Empty without.
std::string mpi_library();

class MpiSession {
 public:
  // A plain start on a login node must not touch MPI, which can hang there.
  explicit MpiSession(bool wanted);
  ~MpiSession();
  MpiSession(MpiSession const&) = delete;
  MpiSession& operator=(MpiSession const&) = delete;

  int rank() const noexcept { return rank_; }
  int size() const noexcept { return size_; }
  // Whether a thread that did not start MPI may call it while no other does.
  bool takes_other_threads() const noexcept { return takes_other_threads_; }

  // For measure(): a barrier before each reading, and the slowest rank's time as the reading. Both stand outside of
  // what is timed; that the ranks leave a barrier at slightly different times is part of the reading.
  void align() const;
  double slowest(double value) const;
  // Takes a step on each rank, and says on all of them what it threw on the first on which it threw; empty if on none.
  // A rank that gave up alone would leave the others waiting in the next collective.
  std::string first_problem(std::function<void()> const& step) const;
  // What the first rank has, to all.
  void share(std::span<char> bytes) const;
  void share(std::string& text) const;
  // Among the ranks of this node, as MPI knows nodes, counted from 0.
  int local_rank() const noexcept { return local_rank_; }
  // The most on any node.
  int ranks_a_node() const noexcept { return ranks_a_node_; }

 private:
  std::string first_of(std::string const& problem) const;

  bool active_ = false;
  bool takes_other_threads_ = false;
  int rank_ = 0;
  int size_ = 1;
  int local_rank_ = 0;
  int ranks_a_node_ = 1;
};

}  // namespace hpcadvise::probes::runner
