# SPDX-License-Identifier: Apache-2.0
# What only the tests use: Catch2, and hpcadvise::valijson, the validator of JSON Schema.
hpcadvise_dependency(catch2 Catch2::Catch2WithMain PACKAGE Catch2 VERSION 3 OPTIONS CATCH_INSTALL_DOCS=OFF)
if(catch2_SOURCE_DIR)
  list(APPEND CMAKE_MODULE_PATH ${catch2_SOURCE_DIR}/extras)
endif()
include(Catch)

# Headers only. Taken by path, because its own CMake sets flags for everything around it.
find_path(HPCADVISE_VALIJSON_INCLUDE_DIR valijson/validator.hpp HINTS ${HPCADVISE_DEPS_DIR}/src/valijson PATH_SUFFIXES include)
mark_as_advanced(HPCADVISE_VALIJSON_INCLUDE_DIR)
if(NOT HPCADVISE_VALIJSON_INCLUDE_DIR)
  hpcadvise_source_dir(valijson FETCHCONTENT_SOURCE_DIR_VALIJSON)
  set(HPCADVISE_VALIJSON_INCLUDE_DIR ${FETCHCONTENT_SOURCE_DIR_VALIJSON}/include)
endif()
add_library(hpcadvise::valijson INTERFACE IMPORTED GLOBAL)
target_include_directories(hpcadvise::valijson SYSTEM INTERFACE ${HPCADVISE_VALIJSON_INCLUDE_DIR})
target_compile_definitions(hpcadvise::valijson INTERFACE VALIJSON_USE_EXCEPTIONS=1)
