# SPDX-License-Identifier: Apache-2.0
# SOURCE compiled for COMPILER's GPUs (cuda or hip) with the headers of tools/gpu-headers, where both are. Nothing is
# linked or run. Of HIP the device's half alone: it needs no ROCm.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/device_code.cmake)
if(NOT EXISTS ${HEADERS}/complete)
  hpcadvise_skip("no Kokkos headers for GPUs in ${HEADERS}: tools/gpu-headers brings them")
endif()

if(COMPILER STREQUAL cuda)
  hpcadvise_find_nvcc()
  if(SOURCE MATCHES "cudnn|cuda_attention")
    find_path(cudnn cudnn_graph.h PATHS $ENV{CUDNN_HOME} $ENV{CUDA_HOME} /usr/local/cuda PATH_SUFFIXES include)
    if(NOT cudnn)
      hpcadvise_skip("no cudnn_graph.h of cuDNN 9 in CUDNN_HOME, CUDA_HOME or /usr/local/cuda")
    endif()
    set(headers -isystem ${cudnn})
  endif()
  set(command ${NVCC} -std=c++20 -O2 -x cu -extended-lambda --expt-relaxed-constexpr --threads 2
    -gencode arch=compute_80,code=sm_80
    -gencode arch=compute_90a,code=sm_90a -D HPCADVISE_SM90A -I ${HEADERS}/cuda/include ${headers} -c)
else()
  hpcadvise_find_hip_clang()
  set(command ${CLANG} -x hip --offload-arch=gfx90a --cuda-device-only -std=c++20 -O2 -D__HIP_PLATFORM_AMD__
    -I ${HEADERS}/hip/include --hip-path=${HEADERS}/hip --rocm-device-lib-path=${HEADERS}/hip/bitcode -S)
endif()
file(MAKE_DIRECTORY ${WORK})
string(REPLACE / - object ${SOURCE})
execute_process(COMMAND ${command} -D HPCADVISE_BACKEND_KIND="${COMPILER}" -I ${ROOT} ${ROOT}/${SOURCE} -o ${WORK}/${COMPILER}-${object}.o COMMAND_ERROR_IS_FATAL ANY)
