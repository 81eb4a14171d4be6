# SPDX-License-Identifier: Apache-2.0
# Kokkos::kokkos for the backend in HPCADVISE_BACKEND: the newest installed one that serves it, else
# one built here from source. Where a GPU backend has neither, the runner is left out with a warning
# and the rest is built.
include(InstalledKokkos)
if(NOT Kokkos_DIR)
  set(CMAKE_DISABLE_FIND_PACKAGE_Kokkos TRUE)  # it would find one that does not serve
endif()

# A GPU needs upstream's source: the distribution's, in .deps/src, is older than today's CUDA and ROCm.
if(NOT Kokkos_DIR AND NOT FETCHCONTENT_SOURCE_DIR_KOKKOS AND NOT HPCADVISE_BACKEND STREQUAL host)
  set(upstream_kokkos ${FETCHCONTENT_BASE_DIR}/kokkos-source)
  set(problem "")
  if(NOT IS_DIRECTORY ${upstream_kokkos})
    hpcadvise_fetch_source(kokkos upstream "" ${upstream_kokkos} problem)
  endif()
  if(problem)
    message(WARNING "No runner: no installed Kokkos was built for ${HPCADVISE_BACKEND}, and ${problem}. Load or install "
      "one with ${backend_device} and ${backend_arch}, or name a source tree with -DFETCHCONTENT_SOURCE_DIR_KOKKOS=DIRECTORY.")
    set(HPCADVISE_BUILD_RUNNER OFF)
    return()
  endif()
  set(FETCHCONTENT_SOURCE_DIR_KOKKOS ${upstream_kokkos})
endif()

# Kokkos looks for its compiler wrappers among the installed programs first, where those of an older one may lie.
if(FETCHCONTENT_SOURCE_DIR_KOKKOS AND NOT HPCADVISE_BACKEND STREQUAL host)
  set(Kokkos_COMPILE_LAUNCHER ${FETCHCONTENT_SOURCE_DIR_KOKKOS}/bin/kokkos_launch_compiler CACHE FILEPATH "Kokkos's compiler launcher")
  set(Kokkos_NVCC_WRAPPER ${FETCHCONTENT_SOURCE_DIR_KOKKOS}/bin/nvcc_wrapper CACHE FILEPATH "Kokkos's wrapper of nvcc")
endif()

set(options_of_kokkos CMAKE_CXX_STANDARD=20 Kokkos_ENABLE_SERIAL=ON Kokkos_ENABLE_OPENMP=ON Kokkos_ENABLE_${backend_device}=ON)
if(backend_arch)
  list(GET backend_arch 0 arch)
  list(APPEND options_of_kokkos Kokkos_ARCH_${arch}=ON)
endif()
hpcadvise_dependency(kokkos Kokkos::kokkos PACKAGE Kokkos OPTIONS ${options_of_kokkos})
