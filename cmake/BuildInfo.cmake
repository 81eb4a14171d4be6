# SPDX-License-Identifier: Apache-2.0
# hpcadvise_build_info(<target>): gives a target version, compiler, build type and, renewed at every build, the commit.
function(hpcadvise_build_info target)
  set(header ${CMAKE_CURRENT_BINARY_DIR}/git_commit.hpp)
  add_custom_target(${target}_git_commit
    COMMAND ${CMAKE_COMMAND} -D SOURCE=${PROJECT_SOURCE_DIR} -D HEADER=${header} -P ${PROJECT_SOURCE_DIR}/cmake/WriteGitCommit.cmake
    BYPRODUCTS ${header}
    COMMENT "Reading the git commit"
    VERBATIM)
  add_dependencies(${target} ${target}_git_commit)
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
  target_compile_definitions(${target} PRIVATE
    HPCADVISE_VERSION="${PROJECT_VERSION}"
    HPCADVISE_COMPILER="${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
    HPCADVISE_BUILD_TYPE="${CMAKE_BUILD_TYPE}")
endfunction()
