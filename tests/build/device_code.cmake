# SPDX-License-Identifier: Apache-2.0
# What the checks of machine code share.

# Ends the script as a test that is skipped: ctest knows it by these words (SKIP_REGULAR_EXPRESSION).
macro(hpcadvise_skip reason)
  message(NOTICE "skipped: ${reason}")
  return()
endmacro()

# NVCC, of CUDA 12 or later.
macro(hpcadvise_find_nvcc)
  find_program(NVCC nvcc PATHS $ENV{CUDA_HOME}/bin /usr/local/cuda/bin)
  if(NOT NVCC)
    hpcadvise_skip("no nvcc on the PATH, in CUDA_HOME or in /usr/local/cuda")
  endif()
  execute_process(COMMAND ${NVCC} --version OUTPUT_VARIABLE version COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCH "release ([0-9]+)" _ "${version}")
  if(CMAKE_MATCH_1 LESS 12)
    hpcadvise_skip("${NVCC} is of CUDA ${CMAKE_MATCH_1}; C++20 begins with 12")
  endif()
endmacro()

# CLANG, one that compiles for AMD's GPUs, of version 17 or later: earlier ones lack __builtin_amdgcn_exp2f and _logf.
macro(hpcadvise_find_hip_clang)
  find_program(CLANG NAMES amdclang++ clang++-19 clang++-18 clang++-17 clang++ PATHS /opt/rocm/llvm/bin)
  if(NOT CLANG)
    hpcadvise_skip("no clang++ (Debian: clang-19)")
  endif()
  execute_process(COMMAND ${CLANG} -dumpversion OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE
                  COMMAND_ERROR_IS_FATAL ANY)
  if(version VERSION_LESS 17)
    hpcadvise_skip("${CLANG} is of version ${version}; AMD's GPUs need 17 or later (Debian: clang-19)")
  endif()
  execute_process(COMMAND ${CLANG} -print-targets OUTPUT_VARIABLE targets COMMAND_ERROR_IS_FATAL ANY)
  if(NOT targets MATCHES "amdgcn")
    hpcadvise_skip("${CLANG} compiles for no AMD GPU")
  endif()
endmacro()

# Each of the instructions is in the code.
function(hpcadvise_expect_instructions code)
  foreach(instruction IN LISTS ARGN)
    string(FIND "${code}" "${instruction}" place)
    if(place EQUAL -1)
      message(FATAL_ERROR "${instruction} is not in the code")
    endif()
  endforeach()
endfunction()

# Every number that follows `before` and precedes `after` in the report is at most `limit`; there are `count` of them.
function(hpcadvise_expect_at_most limit count report before after)
  string(REGEX MATCHALL "${before}[0-9]+${after}" found "${report}")
  list(LENGTH found length)
  if(NOT length EQUAL count)
    message(FATAL_ERROR "'${before}N${after}' is reported ${length} times, for ${count} kernels:\n${report}")
  endif()
  foreach(line IN LISTS found)
    string(REGEX MATCH "[0-9]+" number "${line}")
    if(number GREATER limit)
      message(FATAL_ERROR "'${line}' is above ${limit}:\n${report}")
    endif()
  endforeach()
  list(JOIN found ", " line)
  message(STATUS "at most ${limit}: ${line}")
endfunction()
