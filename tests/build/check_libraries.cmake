# SPDX-License-Identifier: Apache-2.0
# PROGRAM starts on a login node without driver or MPI: it loads none of their libraries, and holds no Kokkos.
cmake_minimum_required(VERSION 3.25)
find_program(LDD ldd REQUIRED)
execute_process(COMMAND ${LDD} ${PROGRAM} OUTPUT_VARIABLE libraries COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "lib(kokkos|cuda|cublas|cudart|nccl|nvidia|amdhip|hip|roc|rccl|hsa|mpi|open-rte|gomp|omp)[^ \n]*" loaded "${libraries}")
# A static library does not show in ldd; its symbols do.
file(STRINGS ${PROGRAM} symbols REGEX "_ZNK?6Kokkos" LIMIT_COUNT 1)
if(symbols)
  list(APPEND loaded "Kokkos is linked into the program")
endif()
if(loaded)
  list(JOIN loaded "\n  " lines)
  message(FATAL_ERROR "${PROGRAM}:\n  ${lines}")
endif()
