// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/mpi_communicator.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::probes::runner;

TEST_CASE("MPI is given a device's memory only where it says that it takes it", "[runner][mpi]") {
  CHECK(device_mpi_problem({.library = "Open MPI v5.0.3", .built_for_device = true}).empty());
  CHECK(device_mpi_problem({.library = "Open MPI v4.1.4"}) ==
        "Open MPI v4.1.4 does not say that it takes buffers of devices");
  CHECK_FALSE(device_mpi_problem({.library = "Open MPI v4.1.4", .gpu_support_wanted = "1"}).empty());
  CHECK_FALSE(device_mpi_problem({}).empty());
  std::string const cray = "MPI VERSION    : CRAY MPICH version 8.1.25.17 (ANL base 3.4a2)";
  CHECK(device_mpi_problem({.library = cray, .gpu_support_wanted = "1"}).empty());
  CHECK_FALSE(device_mpi_problem({.library = cray}).empty());
  CHECK_FALSE(device_mpi_problem({.library = cray, .gpu_support_wanted = "0"}).empty());
}

TEST_CASE("No MPI of this machine serves a device of a backend that is none", "[runner][mpi]") {
  CHECK_FALSE(device_awareness("host").built_for_device);
}
