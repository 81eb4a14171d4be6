# SPDX-License-Identifier: Apache-2.0
# The last lines of a configuration: what was found, and what a missing thing costs.
include(FeatureSummary)

function(hpcadvise_feature name found detail cost)
  if(${found})
    add_feature_info(${name} TRUE "${detail}")
  else()
    add_feature_info(${name} FALSE "${cost}")
  endif()
endfunction()

hpcadvise_feature(runner "${HPCADVISE_BUILD_RUNNER}" "${HPCADVISE_RUNNER_NAME}, Kokkos ${Kokkos_VERSION}"
  "the probe command needs a runner built elsewhere")
if(HPCADVISE_BUILD_RUNNER)
  hpcadvise_feature(collectives "${HPCADVISE_HAVE_MPI}" "MPI ${MPI_CXX_VERSION}" "no collectives are measured")
  hpcadvise_feature("vendor BLAS" "${HPCADVISE_HAVE_BLAS}" "${HPCADVISE_BLAS_NAME}" "GEMM has no vendor rate to compare with")
endif()
hpcadvise_feature(hwloc "${HPCADVISE_HAVE_HWLOC}" "${HPCADVISE_HWLOC_LIBRARY}" "sockets, NUMA and caches stay unknown")
hpcadvise_feature(PAPI "${HPCADVISE_HAVE_PAPI}" "${HPCADVISE_PAPI_LIBRARY}" "no hardware counters; the profile says so")
hpcadvise_feature(tests "${HPCADVISE_BUILD_TESTS}" "Catch2 ${Catch2_VERSION}" "HPCADVISE_BUILD_TESTS is off")
feature_summary(WHAT ENABLED_FEATURES DESCRIPTION "hpcadvise ${PROJECT_VERSION} (${CMAKE_BUILD_TYPE}) will have:")
feature_summary(WHAT DISABLED_FEATURES DESCRIPTION "and will lack:" QUIET_ON_EMPTY)
