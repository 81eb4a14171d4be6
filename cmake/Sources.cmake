# SPDX-License-Identifier: Apache-2.0
# hpcadvise_dependency(<name> <target> PACKAGE <package> [VERSION <least>] [OPTIONS <option=value>...])
# brings <target> into the build, from the first place that has it:
#   1. a tree the user names with FETCHCONTENT_SOURCE_DIR_<NAME>
#   2. an installed package: the system's, a module's, Spack's, .deps/install
#   3. .deps/src/<name>, which tools/setup or a carried .deps/ put there: the network is not asked
#   4. the pinned upstream release of cmake/sources.txt, where it can be reached
# A macro, because a package may set variables that the caller needs.
include(FetchContent)
include(FetchSource)

macro(hpcadvise_dependency name target)
  cmake_parse_arguments(dependency "" "PACKAGE;VERSION" "OPTIONS" ${ARGN})
  string(TOUPPER ${name} dependency_upper)
  if(NOT FETCHCONTENT_SOURCE_DIR_${dependency_upper})
    find_package(${dependency_PACKAGE} ${dependency_VERSION} CONFIG QUIET)
  endif()
  if(NOT TARGET ${target})
    hpcadvise_source_dir(${name} FETCHCONTENT_SOURCE_DIR_${dependency_upper})
    foreach(option IN LISTS dependency_OPTIONS)
      string(REPLACE "=" ";" option "${option}")
      list(POP_FRONT option option_name option_value)
      set(${option_name} ${option_value} CACHE INTERNAL "")
    endforeach()
    FetchContent_Declare(${name} SYSTEM)
    FetchContent_MakeAvailable(${name})
  endif()
endmacro()

# Sets <out> to the directory that holds the source of <name>, fetched into the build when it is nowhere else.
function(hpcadvise_source_dir name out)
  if(${out})
    return()
  endif()
  set(directory ${HPCADVISE_DEPS_DIR}/src/${name})
  if(NOT IS_DIRECTORY ${directory})
    set(directory ${FETCHCONTENT_BASE_DIR}/${name}-source)
  endif()
  if(NOT IS_DIRECTORY ${directory})
    message(STATUS "${name} is not installed here, asking upstream")
    hpcadvise_fetch_source(${name} upstream "" ${directory} problem)
    if(problem)
      message(FATAL_ERROR "${name} is not installed here, ${HPCADVISE_DEPS_DIR}/src/${name} does not exist, and "
        "${problem}. Run tools/setup, or add the prefix of an installed one to CMAKE_PREFIX_PATH, or name a source "
        "tree with -D${out}=DIRECTORY.")
    endif()
  endif()
  set(${out} ${directory} PARENT_SCOPE)
endfunction()
