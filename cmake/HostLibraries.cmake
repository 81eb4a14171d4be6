# SPDX-License-Identifier: Apache-2.0
# Libraries of the host that a machine may lack. Each becomes the target hpcadvise::<name>, which
# is there either way: it carries the definition HPCADVISE_HAVE_<NAME>=1 or 0, so that whoever
# links it needs no condition in CMake, and the absence is a fact the program can record.
function(hpcadvise_host_library name found)
  string(TOUPPER ${name} upper)
  add_library(hpcadvise::${name} INTERFACE IMPORTED GLOBAL)
  if(${found})
    set(HPCADVISE_HAVE_${upper} TRUE PARENT_SCOPE)
    target_link_libraries(hpcadvise::${name} INTERFACE ${ARGN})
    target_compile_definitions(hpcadvise::${name} INTERFACE HPCADVISE_HAVE_${upper}=1)
  else()
    set(HPCADVISE_HAVE_${upper} FALSE PARENT_SCOPE)
    target_compile_definitions(hpcadvise::${name} INTERFACE HPCADVISE_HAVE_${upper}=0)
  endif()
endfunction()

# One header and one library, found below CMAKE_PREFIX_PATH (modules and Spack set it) or in the system.
function(hpcadvise_find_library name header library)
  string(TOUPPER ${name} upper)
  find_path(HPCADVISE_${upper}_INCLUDE_DIR ${header})
  find_library(HPCADVISE_${upper}_LIBRARY ${library})
  mark_as_advanced(HPCADVISE_${upper}_INCLUDE_DIR HPCADVISE_${upper}_LIBRARY)
  set(found FALSE)
  if(HPCADVISE_${upper}_INCLUDE_DIR AND HPCADVISE_${upper}_LIBRARY)
    set(found TRUE)
  endif()
  hpcadvise_host_library(${name} ${found} ${HPCADVISE_${upper}_LIBRARY})
  if(found)
    target_include_directories(hpcadvise::${name} SYSTEM INTERFACE ${HPCADVISE_${upper}_INCLUDE_DIR})
  endif()
  set(HPCADVISE_HAVE_${upper} ${found} PARENT_SCOPE)
endfunction()

hpcadvise_find_library(hwloc hwloc.h hwloc)
hpcadvise_find_library(papi papi.h papi)

if(HPCADVISE_BUILD_RUNNER)
  find_package(MPI QUIET COMPONENTS CXX)
  hpcadvise_host_library(mpi "${MPI_CXX_FOUND}" MPI::MPI_CXX)
  include(Blas)
endif()
