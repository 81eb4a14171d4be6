# SPDX-License-Identifier: Apache-2.0
# hpcadvise::blas: a BLAS with the C interface (cblas.h). HPCADVISE_BLAS_NAME says which.
# OpenBLAS built on OpenMP comes first: it shares its threads with Kokkos, where one built on
# pthreads starts a second set that fights Kokkos for the cores.
include(CheckCXXSourceCompiles)

# Debian keeps each OpenBLAS in a directory of its own; MKL and BLIS come as modules.
set(blas_places openblas-openmp openblas blis mkl)
if(CMAKE_LIBRARY_ARCHITECTURE)
  list(APPEND blas_places ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-openmp ${CMAKE_LIBRARY_ARCHITECTURE})
endif()
find_library(HPCADVISE_BLAS_LIBRARY NAMES openblaso openblas blis-mt blis mkl_rt PATH_SUFFIXES ${blas_places} HINTS ENV MKLROOT)
find_path(HPCADVISE_BLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES ${blas_places} HINTS ENV MKLROOT)
find_path(HPCADVISE_MKL_INCLUDE_DIR mkl_cblas.h PATH_SUFFIXES ${blas_places} HINTS ENV MKLROOT)
mark_as_advanced(HPCADVISE_BLAS_LIBRARY HPCADVISE_BLAS_INCLUDE_DIR HPCADVISE_MKL_INCLUDE_DIR)

# MKL names the header otherwise.
set(blas_include_dirs ${HPCADVISE_BLAS_INCLUDE_DIR})
if(HPCADVISE_BLAS_LIBRARY MATCHES mkl_rt AND HPCADVISE_MKL_INCLUDE_DIR)
  file(WRITE ${PROJECT_BINARY_DIR}/mkl/cblas.h "#include <mkl_cblas.h>\n")
  set(blas_include_dirs ${PROJECT_BINARY_DIR}/mkl ${HPCADVISE_MKL_INCLUDE_DIR})
endif()

if(HPCADVISE_BLAS_LIBRARY AND blas_include_dirs)
  set(CMAKE_REQUIRED_LIBRARIES ${HPCADVISE_BLAS_LIBRARY})
  set(CMAKE_REQUIRED_INCLUDES ${blas_include_dirs})
  check_cxx_source_compiles("
    #include <cblas.h>
    int main() { double x = 1; cblas_dscal(1, 2, &x, 1); return x != 2; }" HPCADVISE_BLAS_LINKS)
  unset(CMAKE_REQUIRED_LIBRARIES)
  unset(CMAKE_REQUIRED_INCLUDES)
endif()

hpcadvise_host_library(blas "${HPCADVISE_BLAS_LINKS}" ${HPCADVISE_BLAS_LIBRARY})
if(HPCADVISE_HAVE_BLAS)
  target_include_directories(hpcadvise::blas SYSTEM INTERFACE ${blas_include_dirs})
  file(REAL_PATH ${HPCADVISE_BLAS_LIBRARY} blas_file)
  cmake_path(GET blas_file FILENAME HPCADVISE_BLAS_NAME)
endif()
