# SPDX-License-Identifier: Apache-2.0
# What the project stands on, under the names that the rest of the tree links.
#
#   fmt::fmt  CLI11::CLI11  nlohmann_json::nlohmann_json    always
#   Threads::Threads                                        always
#   hpcadvise::hwloc  hpcadvise::papi                       always a target; HPCADVISE_HAVE_HWLOC, _PAPI
#   Kokkos::kokkos  hwy::hwy                                with HPCADVISE_BUILD_RUNNER
#   hpcadvise::mpi  hpcadvise::blas                         with HPCADVISE_BUILD_RUNNER, always targets;
#                                                           HPCADVISE_HAVE_MPI, _BLAS
#   Catch2::Catch2WithMain  hpcadvise::valijson             with HPCADVISE_BUILD_TESTS
#
# HPCADVISE_HAVE_<X> is a CMake variable, and on hpcadvise::<x> a definition that is 0 or 1.
# MPI::MPI_CXX is there where MPI is; hpcadvise::mpi is there in any case.
list(APPEND CMAKE_PREFIX_PATH ${HPCADVISE_DEPS_DIR}/install)
include(Sources)
find_package(Threads REQUIRED)

hpcadvise_dependency(fmt fmt::fmt PACKAGE fmt VERSION 9 OPTIONS FMT_INSTALL=ON FMT_TEST=OFF FMT_DOC=OFF)
hpcadvise_dependency(cli11 CLI11::CLI11 PACKAGE CLI11 VERSION 2.1 OPTIONS
  CLI11_BUILD_TESTS=OFF CLI11_BUILD_EXAMPLES=OFF CLI11_BUILD_DOCS=OFF CLI11_INSTALL=OFF)
hpcadvise_dependency(json nlohmann_json::nlohmann_json PACKAGE nlohmann_json VERSION 3.11 OPTIONS
  JSON_BuildTests=OFF JSON_Install=ON)

if(HPCADVISE_BUILD_RUNNER)
  include(Kokkos)
endif()
include(HostLibraries)
if(HPCADVISE_BUILD_RUNNER)
  hpcadvise_dependency(highway hwy::hwy PACKAGE hwy VERSION 1 OPTIONS
    HWY_ENABLE_TESTS=OFF HWY_ENABLE_EXAMPLES=OFF HWY_ENABLE_CONTRIB=OFF HWY_ENABLE_INSTALL=OFF BUILD_TESTING=OFF)
  if(NOT TARGET hwy::hwy)
    add_library(hwy::hwy ALIAS hwy)  # its source tree has the plain name only
  endif()
endif()
if(HPCADVISE_BUILD_TESTS)
  include(TestLibraries)
endif()
