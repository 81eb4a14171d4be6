# SPDX-License-Identifier: Apache-2.0
# The KERNELS (gemm, attention or wgmma) compiled for ARCHITECTURE (80, 90 or 90a) by the CUDA toolkit, where it is: the
# tensor-core instructions are in the PTX, asynchronous copies in each tile that says so, and ptxas spills nothing, stays
# within REGISTERS a thread, and lets wgmma be asynchronous. Nothing is run.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/device_code.cmake)
hpcadvise_find_nvcc()

set(gemm_count 13)
set(fp64_of_80 m8n8k4)
set(fp64_of_90 m16n8k4)
set(gemm_instructions
  mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
  mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32
  mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32
  mma.sync.aligned.${fp64_of_${ARCHITECTURE}}.row.col.f64.f64.f64.f64
  ldmatrix.sync.aligned.m8n8.x4.shared.b16
  ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16
  ldmatrix.sync.aligned.m8n8.x2.shared.b16
  ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16
  cp.async.ca.shared.global
  st.global.v2.u16)
set(wgmma_count 4)
set(wgmma_instructions
  wgmma.mma_async.sync.aligned.m64n256k16.f32.f16.f16
  wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16
  wgmma.mma_async.sync.aligned.m64n128k16.f32.f16.f16
  wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16
  wgmma.fence.sync.aligned
  wgmma.commit_group.sync.aligned
  "wgmma.wait_group.sync.aligned 1"
  fence.proxy.async.shared::cta
  st.global.v2.u16)
set(attention_count 22)
set(attention_instructions
  mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
  mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32
  ldmatrix.sync.aligned.m8n8.x4.shared.b16
  ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16
  cvt.rn.f16.f32
  cvt.rn.bf16.f32
  cp.async.cg.shared.global
  ex2.approx.ftz.f32
  shfl.sync.bfly.b32
  st.global.v2.u16)
set(count ${${KERNELS}_count})

# In each kernel of a tile whose PanelCopies are asynchronous (1 in its mangled name), and in no other.
function(hpcadvise_expect_asynchronous_copies ptx)
  string(REPLACE ";" "" ptx "${ptx}")
  string(REPLACE ".entry" ";" kernels "${ptx}")
  foreach(kernel IN LISTS kernels)
    string(REGEX MATCH "^ [^(]*" name "${kernel}")
    foreach(instruction cp.async.cg.shared.global cp.async.commit_group cp.async.wait_group)
      string(FIND "${kernel}" ${instruction} place)
      if(name MATCHES "PanelCopiesE1" AND place EQUAL -1)
        message(FATAL_ERROR "${instruction} is not in ${name}")
      elseif(NOT name MATCHES "PanelCopiesE1" AND NOT place EQUAL -1)
        message(FATAL_ERROR "${instruction} is in ${name}")
      endif()
    endforeach()
  endforeach()
endfunction()

file(MAKE_DIRECTORY ${WORK})
if(ARCHITECTURE STREQUAL 90a)
  set(definitions -D HPCADVISE_SM90A)
endif()
execute_process(COMMAND ${NVCC} -std=c++20 -O3 -x cu -I ${ROOT} ${definitions} -arch=compute_${ARCHITECTURE} -ptx
    ${ROOT}/tests/build/device/${KERNELS}_kernels.cpp -o ${WORK}/${ARCHITECTURE}.ptx
  COMMAND_ERROR_IS_FATAL ANY)
file(READ ${WORK}/${ARCHITECTURE}.ptx ptx)
hpcadvise_expect_instructions("${ptx}" ${${KERNELS}_instructions})
if(ptx MATCHES "[^\n]*st[.]global[.][ub]8[^\n]*")
  message(FATAL_ERROR "a result is stored byte by byte: ${CMAKE_MATCH_0}")
endif()
hpcadvise_expect_asynchronous_copies("${ptx}")

execute_process(COMMAND ${NVCC} -arch=sm_${ARCHITECTURE} -cubin -Xptxas -v ${WORK}/${ARCHITECTURE}.ptx
    -o ${WORK}/${ARCHITECTURE}.cubin
  OUTPUT_VARIABLE report ERROR_VARIABLE report COMMAND_ERROR_IS_FATAL ANY)
hpcadvise_expect_at_most(0 ${count} "${report}" "" " bytes stack frame")
hpcadvise_expect_at_most(0 ${count} "${report}" "" " bytes spill stores")
hpcadvise_expect_at_most(${REGISTERS} ${count} "${report}" "Used " " registers")
# ptxas says so where it waits for each wgmma before the next instruction.
if(report MATCHES "[^\n]*serialized[^\n]*")
  message(FATAL_ERROR "${CMAKE_MATCH_0}")
endif()
# The memory of a block is of a size given at the launch, and asserted in the source.
