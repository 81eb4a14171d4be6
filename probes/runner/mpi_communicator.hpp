// SPDX-License-Identifier: Apache-2.0
#pragma once

// MPI's collectives, on host memory, and on a device's where this MPI takes it.

#include "kernels/communicator.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace hpcadvise::probes::runner {

// All ranks, each call done when it returns. Blocks of less than 2^31 elements. Null in a build without MPI.
std::unique_ptr<kernels::Communicator> mpi_communicator();

// What MPI says of buffers in device memory.
struct DeviceAwareness {
  std::string library{};             // as mpi_library(), upper or lower case
  bool built_for_device = false;     // by the extension of Open MPI
  std::string gpu_support_wanted{};  // MPICH_GPU_SUPPORT_ENABLED, which Cray MPICH reads
};
DeviceAwareness device_awareness(std::string_view backend);

// Why a pointer to device memory would crash it; empty: it would not.
std::string device_mpi_problem(DeviceAwareness const& mpi);

}  // namespace hpcadvise::probes::runner
