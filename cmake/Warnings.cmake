# SPDX-License-Identifier: Apache-2.0
# The developers' warnings, as errors: on everything added after this file is included, which is
# ours; what was fetched came before it. BUILD_INTERFACE keeps the target out of the exported package.
add_library(hpcadvise_warnings INTERFACE)
target_compile_options(hpcadvise_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
if(HPCADVISE_WARNINGS_AS_ERRORS)
  link_libraries($<BUILD_INTERFACE:hpcadvise_warnings>)
endif()
