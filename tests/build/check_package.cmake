# SPDX-License-Identifier: Apache-2.0
# Installs BUILD below WORK, builds tests/build/package against nothing but that, and runs it.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${WORK})
set(prefix ${WORK}/prefix)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${CMAKE_CURRENT_LIST_DIR}/package -B ${WORK}/build
  -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_FLAGS=${FLAGS} "-DCMAKE_PREFIX_PATH=${prefix};${PREFIXES}")
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/consumer)
run(${prefix}/bin/hpcadvise --version)

file(GLOB_RECURSE schemas ${prefix}/share/hpcadvise/*.schema.json)
if(NOT schemas)
  message(FATAL_ERROR "No schema is installed below ${prefix}/share/hpcadvise")
endif()
