# SPDX-License-Identifier: Apache-2.0
# What the checks of machine code share.

# Ends the script as a test that is skipped: ctest knows it by these words (SKIP_REGULAR_EXPRESSION).
macro(hpcadvise_skip reason)
  message(NOTICE "skipped: ${reason}")
  return()
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
