# SPDX-License-Identifier: Apache-2.0
# The developers' warnings, as errors: on everything added after this file is included, which is
# ours; what was fetched came before it. BUILD_INTERFACE keeps the target out of the exported package.
add_library(hpcadvise_warnings INTERFACE)
target_compile_options(hpcadvise_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
# GCC 12's stable_sort calls what its own header deprecates, and Clang holds that against the caller.
target_compile_options(hpcadvise_warnings INTERFACE $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
if(HPCADVISE_WARNINGS_AS_ERRORS)
  link_libraries($<BUILD_INTERFACE:hpcadvise_warnings>)
endif()
