# What a user may switch. Presets set these; nothing else reads the cache.
include(CMakeDependentOption)

option(HPCADVISE_BUILD_RUNNER "Build the measuring runner (needs Kokkos)" ON)
option(HPCADVISE_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(HPCADVISE_WARNINGS_AS_ERRORS "Developers' warnings, as errors" OFF)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
