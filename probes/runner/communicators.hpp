// SPDX-License-Identifier: Apache-2.0
#pragma once

// By what ranks can communicate: "mpi" on a host; on a device the vendor's library ("nccl", "rccl"), and "mpi_device"
// where MPI takes buffers of devices.

#include "probes/runner/mpi_communicator.hpp"
#include "probes/runner/mpi_session.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hpcadvise::probes::runner {

// As hello lists it: MPI is there on a device too, as it starts the ranks.
std::vector<kernels::VendorLibrary> collective_providers();

class Communicators {
 public:
  explicit Communicators(MpiSession const& mpi) : mpi_(mpi) {}

  // Made by the first request for it. Throws RequestError on all ranks alike, then and at every later request.
  kernels::Communicator& of(std::string const& provider);

 private:
  struct Made {
    std::unique_ptr<kernels::Communicator> communicator;
    std::string problem;
  };
  Made make(std::string const& provider) const;

  MpiSession const& mpi_;
  std::map<std::string, Made> made_;
};

}  // namespace hpcadvise::probes::runner
