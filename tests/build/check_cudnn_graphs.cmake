# SPDX-License-Identifier: Apache-2.0
# cuDNN finds an engine for every graph of attention on sm_ARCHITECTURE, backward up to head size LARGEST. It is asked by
# device/cudnn_graphs.cpp, built with CXX, and needs the driver's library to be there: that of the toolkit for linking does.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/device_code.cmake)
set(places $ENV{CUDNN_HOME} $ENV{CUDA_HOME} /usr/local/cuda /usr)
find_path(include cudnn_graph.h PATHS ${places} PATH_SUFFIXES include NO_DEFAULT_PATH)
find_path(toolkit_include library_types.h PATHS ${places} PATH_SUFFIXES include NO_DEFAULT_PATH)
find_file(library libcudnn.so.9 PATHS ${places} PATH_SUFFIXES lib64 lib lib/x86_64-linux-gnu NO_DEFAULT_PATH)
find_file(driver libcuda.so PATHS ${places} PATH_SUFFIXES lib64/stubs lib/stubs NO_DEFAULT_PATH)
if(NOT include OR NOT toolkit_include OR NOT library OR NOT driver)
  hpcadvise_skip("no cuDNN 9 with its headers and CUDA's stub of the driver in CUDNN_HOME, CUDA_HOME or /usr/local/cuda")
endif()

file(MAKE_DIRECTORY ${WORK})
file(CREATE_LINK ${driver} ${WORK}/libcuda.so.1 SYMBOLIC)
set(vendor ${ROOT}/kernels/vendor)
execute_process(COMMAND ${CXX} -std=c++20 -O1 -I ${ROOT} -isystem ${include} -isystem ${toolkit_include}
    ${ROOT}/tests/build/device/cudnn_graphs.cpp ${vendor}/cudnn_attention.cpp ${vendor}/cudnn_graph.cpp
    ${vendor}/cudnn_library.cpp ${vendor}/cudnn_plan.cpp ${vendor}/shared_library.cpp -ldl -o ${WORK}/cudnn_graphs
  COMMAND_ERROR_IS_FATAL ANY)
cmake_path(GET library PARENT_PATH libraries)
cmake_path(GET toolkit_include PARENT_PATH toolkit)
execute_process(COMMAND ${CMAKE_COMMAND} -E env "LD_LIBRARY_PATH=${libraries}:${toolkit}/lib64:${WORK}"
    ${WORK}/cudnn_graphs ${ROOT}/tests/build/device/cudnn_sm_${ARCHITECTURE}.json ${LARGEST}
  RESULT_VARIABLE code OUTPUT_VARIABLE output)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "cuDNN does not know a graph:\n${output}")
endif()
