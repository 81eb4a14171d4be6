# SPDX-License-Identifier: Apache-2.0
# What a user may switch. Presets set these; nothing else reads the cache.
set(HPCADVISE_BACKEND host CACHE STRING "What the runner measures: host, cuda-sm80, cuda-sm90 or hip-gfx90a")
set_property(CACHE HPCADVISE_BACKEND PROPERTY STRINGS host cuda-sm80 cuda-sm90 hip-gfx90a)

string(REGEX MATCH "^[a-z]+" backend_kind ${HPCADVISE_BACKEND})  # host, cuda or hip

# One runner for each backend; a host's also for each instruction set, as both may share a file system.
set(HPCADVISE_RUNNER_NAME hpcadvise-runner-${HPCADVISE_BACKEND})
if(HPCADVISE_BACKEND STREQUAL host)
  string(APPEND HPCADVISE_RUNNER_NAME -${CMAKE_SYSTEM_PROCESSOR})
endif()

option(HPCADVISE_BUILD_RUNNER "Build the measuring runner (needs Kokkos)" ON)
option(HPCADVISE_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(HPCADVISE_WARNINGS_AS_ERRORS "Developers' warnings, as errors" OFF)

set(HPCADVISE_DEPS_DIR ${PROJECT_SOURCE_DIR}/.deps CACHE PATH "What tools/setup built (install/) and unpacked (src/)")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

# Kokkos for a GPU brings a launcher of its own, which allows no second one.
find_program(HPCADVISE_CCACHE ccache)
mark_as_advanced(HPCADVISE_CCACHE)
if(HPCADVISE_CCACHE AND HPCADVISE_BACKEND STREQUAL host AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${HPCADVISE_CCACHE})
endif()
