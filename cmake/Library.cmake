# SPDX-License-Identifier: Apache-2.0
# hpcadvise_library(<folder> HEADERS ... SOURCES ...): the one library of a folder.
# Includes go from the repository root, so each one shows its folder; the headers are
# a file set, so they install and can be compiled alone.
function(hpcadvise_library folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;SOURCES")
  add_library(hpcadvise_${folder} STATIC ${arg_SOURCES})
  add_library(hpcadvise::${folder} ALIAS hpcadvise_${folder})
  target_sources(hpcadvise_${folder} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${arg_HEADERS})
  target_compile_features(hpcadvise_${folder} PUBLIC cxx_std_20)
  set_target_properties(hpcadvise_${folder} PROPERTIES
    EXPORT_NAME ${folder}
    POSITION_INDEPENDENT_CODE ON
    VERIFY_INTERFACE_HEADER_SETS ${HPCADVISE_BUILD_TESTS})
endfunction()
