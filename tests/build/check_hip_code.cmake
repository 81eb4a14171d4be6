# SPDX-License-Identifier: Apache-2.0
# The KERNELS (gemm or attention) compiled for ARCHITECTURE (gfx90a) by any Clang that can, ROCm or not: the MFMA
# instructions are in the code, loads of panels are in flight while it multiplies, nothing spills, and REGISTERS a lane and
# the 64 KiB of LDS suffice. Nothing is run.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/device_code.cmake)
hpcadvise_find_hip_clang()

set(gemm_count 9)
set(gemm_loads dwordx4)
set(gemm_lds 65536)  # how many blocks share it is asserted in the source
set(gemm_instructions v_mfma_f32_32x32x8f16 v_mfma_f32_32x32x8bf16_1k v_mfma_f32_16x16x16f16 v_mfma_f32_16x16x16bf16_1k
  v_mfma_f32_32x32x2f32 v_mfma_f64_16x16x4f64)
set(attention_count 22)
set(attention_loads dwordx2)
set(attention_lds 65536)  # how many blocks share it is asserted in the source
set(attention_instructions v_mfma_f32_32x32x8f16 v_mfma_f32_32x32x8bf16_1k v_mfma_f32_16x16x16f16
  v_mfma_f32_16x16x16bf16_1k v_cvt_f16_f32 v_exp_f32 ds_bpermute_b32)
set(count ${${KERNELS}_count})

file(MAKE_DIRECTORY ${WORK})
execute_process(COMMAND ${CLANG} -x hip -std=c++20 -O3 --offload-arch=${ARCHITECTURE} --cuda-device-only -nogpulib -nogpuinc
    -I ${ROOT} -S ${ROOT}/tests/build/device/${KERNELS}_kernels.cpp -o ${WORK}/${ARCHITECTURE}.s
  COMMAND_ERROR_IS_FATAL ANY)
file(READ ${WORK}/${ARCHITECTURE}.s code)
hpcadvise_expect_instructions("${code}" ${${KERNELS}_instructions})

# In each kernel of a tile whose PanelCopies are through_registers (2 in its mangled name) an MFMA follows `loads` with no
# wait for a load between them.
function(hpcadvise_expect_loads_in_flight file loads)
  file(STRINGS ${file} lines REGEX "Begin function|global_load_${loads}|s_waitcnt.*vmcnt|v_mfma|s_endpgm$")
  foreach(line IN LISTS lines)
    if(line MATCHES "Begin function (.*)")
      set(name ${CMAKE_MATCH_1})
      set(in_flight FALSE)
      set(multiplies_meanwhile FALSE)
    elseif(line MATCHES "global_load")
      set(in_flight TRUE)
    elseif(line MATCHES "vmcnt")
      set(in_flight FALSE)
    elseif(line MATCHES "v_mfma" AND in_flight)
      set(multiplies_meanwhile TRUE)
    elseif(line MATCHES "s_endpgm" AND name MATCHES "PanelCopiesE2" AND NOT multiplies_meanwhile)
      message(FATAL_ERROR "the panels have arrived before the multiplication begins: ${name}")
    endif()
  endforeach()
endfunction()
hpcadvise_expect_loads_in_flight(${WORK}/${ARCHITECTURE}.s ${${KERNELS}_loads})

file(STRINGS ${WORK}/${ARCHITECTURE}.s report REGEX "_(spill_count|count|fixed_size): +[0-9]+$")
hpcadvise_expect_at_most(0 ${count} "${report}" "vgpr_spill_count: +" "")
hpcadvise_expect_at_most(0 ${count} "${report}" "sgpr_spill_count: +" "")
hpcadvise_expect_at_most(0 ${count} "${report}" "private_segment_fixed_size: +" "")
hpcadvise_expect_at_most(${REGISTERS} ${count} "${report}" "vgpr_count: +" "")
hpcadvise_expect_at_most(${${KERNELS}_lds} ${count} "${report}" "group_segment_fixed_size: +" "")
