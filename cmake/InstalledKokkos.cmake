# SPDX-License-Identifier: Apache-2.0
# Sets Kokkos_DIR to the newest installed Kokkos that serves HPCADVISE_BACKEND. Kokkos takes one GPU
# architecture a build, so it serves only if its device and its architecture are that backend's.
# No variable here starts with "kokkos": Kokkos takes such ones for options of its own.
set(oldest_kokkos 3.4)  # older ones lack what the kernels use
set(below_kokkos 6)     # not out yet, so not known

# backend: the Kokkos device it needs, and the names its architecture has had, today's first
set(backend_device_host OPENMP)
set(backend_arch_host "")
set(backend_device_cuda-sm80 CUDA)
set(backend_arch_cuda-sm80 AMPERE80)
set(backend_device_cuda-sm90 CUDA)
set(backend_arch_cuda-sm90 HOPPER90)
set(backend_device_hip-gfx90a HIP)
set(backend_arch_hip-gfx90a AMD_GFX90A VEGA90A)

set(backend_device ${backend_device_${HPCADVISE_BACKEND}})
set(backend_arch ${backend_arch_${HPCADVISE_BACKEND}})
if(NOT backend_device)
  message(FATAL_ERROR "HPCADVISE_BACKEND is ${HPCADVISE_BACKEND}: it may be host, cuda-sm80, cuda-sm90 or hip-gfx90a")
endif()

# Whether the Kokkos that the file <config> belongs to was built for the backend.
function(hpcadvise_kokkos_serves config out)
  set(${out} FALSE PARENT_SCOPE)
  cmake_path(GET config PARENT_PATH directory)
  if(EXISTS ${directory}/KokkosConfigCommon.cmake)
    file(STRINGS ${directory}/KokkosConfigCommon.cmake devices REGEX "^ *(SET|set)\\(Kokkos_DEVICES ")
    file(STRINGS ${directory}/KokkosConfigCommon.cmake archs REGEX "^ *(SET|set)\\(Kokkos_ARCH ")
    list(JOIN backend_arch "|" any_arch)
    if("${devices}" MATCHES "[^A-Z]${backend_device}[^A-Z]" AND "${archs}" MATCHES "${any_arch}")
      set(${out} TRUE PARENT_SCOPE)
    endif()
  endif()
endfunction()

if(NOT Kokkos_DIR AND NOT FETCHCONTENT_SOURCE_DIR_KOKKOS)
  # No Kokkos has this version: CMake looks at every one, loads none, and leaves the list.
  find_package(Kokkos 999 CONFIG QUIET)
  set(newest 0)
  foreach(config version IN ZIP_LISTS Kokkos_CONSIDERED_CONFIGS Kokkos_CONSIDERED_VERSIONS)
    hpcadvise_kokkos_serves(${config} serves)
    if(serves AND version VERSION_GREATER_EQUAL oldest_kokkos AND version VERSION_LESS below_kokkos
       AND version VERSION_GREATER newest)
      set(newest ${version})
      cmake_path(GET config PARENT_PATH Kokkos_DIR)
    endif()
  endforeach()
  set(Kokkos_DIR ${Kokkos_DIR} CACHE PATH "Directory of KokkosConfig.cmake" FORCE)
endif()
