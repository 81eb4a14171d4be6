// SPDX-License-Identifier: Apache-2.0
#pragma once

// AMD's MFMA of gfx90a (MI200). Layouts: AMD Matrix Instruction Calculator, architecture CDNA2.
//
// The 16-bit forms flush subnormal inputs and results to zero (PyTorch, notes on numerical accuracy, "Reduced Precision
// FP16 and BF16 GEMMs and Convolutions on AMD Instinct MI200 devices"); the fp64 form does not.

#include "kernels/fragment/device_function.hpp"
#include "kernels/fragment/number_formats.hpp"
#include "kernels/fragment/registers.hpp"

#include <type_traits>

namespace hpcadvise::kernels {

#if defined(__HIP_DEVICE_COMPILE__) && defined(__gfx90a__)
#define HPCADVISE_HAS_MFMA 1
template <class Scalar, int count>
using MfmaVector = Scalar __attribute__((ext_vector_type(count)));
#else
#define HPCADVISE_HAS_MFMA 0
#endif

// v_mfma_f32_32x32x8f16, v_mfma_f32_16x16x16f16 and their bf16_1k forms: `extent` is 32 or 16, Input Half or BFloat16.
// A lane holds four neighbours along k of one row of A, or column of B.
template <int extent, class InputType>
struct MfmaF32 {
  static constexpr int m = extent, n = extent, k = 256 / extent, lanes = 64, adjacent = 4;
  using Input = InputType;
  using Element = InputType;
  using Accumulator = float;
  static constexpr bool flushes_subnormals = true;

  HPCADVISE_DEVICE_FUNCTION static constexpr Position a_position(int lane, int element) {
    return {.row = lane % extent, .column = 4 * (lane / extent) + element};
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position b_position(int lane, int element) {
    return {.row = 4 * (lane / extent) + element, .column = lane % extent};
  }
  // Blocks of four rows, dealt out to the groups of `extent` lanes in turn.
  HPCADVISE_DEVICE_FUNCTION static constexpr Position c_position(int lane, int element) {
    return {.row = 4 * (lanes / extent) * (element / 4) + 4 * (lane / extent) + element % 4, .column = lane % extent};
  }

  using Sums = Registers<float, extent * extent / lanes>;
  HPCADVISE_DEVICE_FUNCTION static void multiply_accumulate([[maybe_unused]] Sums& c,
                                                            [[maybe_unused]] Registers<Input, 4> const& a,
                                                            [[maybe_unused]] Registers<Input, 4> const& b) {
#if HPCADVISE_HAS_MFMA
    constexpr bool is_half = std::is_same_v<Input, Half>;
    using Operand = MfmaVector<std::conditional_t<is_half, _Float16, short>, 4>;
    auto const a_vector = __builtin_bit_cast(Operand, a);
    auto const b_vector = __builtin_bit_cast(Operand, b);
    auto const c_vector = __builtin_bit_cast(MfmaVector<float, extent * extent / lanes>, c);
    if constexpr (extent == 32 && is_half) {
      c = __builtin_bit_cast(Sums, __builtin_amdgcn_mfma_f32_32x32x8f16(a_vector, b_vector, c_vector, 0, 0, 0));
    } else if constexpr (extent == 32) {
      c = __builtin_bit_cast(Sums, __builtin_amdgcn_mfma_f32_32x32x8bf16_1k(a_vector, b_vector, c_vector, 0, 0, 0));
    } else if constexpr (is_half) {
      c = __builtin_bit_cast(Sums, __builtin_amdgcn_mfma_f32_16x16x16f16(a_vector, b_vector, c_vector, 0, 0, 0));
    } else {
      c = __builtin_bit_cast(Sums, __builtin_amdgcn_mfma_f32_16x16x16bf16_1k(a_vector, b_vector, c_vector, 0, 0, 0));
    }
#else
    HPCADVISE_TRAP();
#endif
  }
};

// v_mfma_f32_32x32x2f32, whose accumulators lie as those of the 16-bit form.
struct MfmaFp32 {
  static constexpr int m = 32, n = 32, k = 2, lanes = 64, adjacent = 1;
  using Input = float;
  using Element = float;
  using Accumulator = float;
  static constexpr bool flushes_subnormals = false;

  HPCADVISE_DEVICE_FUNCTION static constexpr Position a_position(int lane, int /*element*/) {
    return {.row = lane % 32, .column = lane / 32};
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position b_position(int lane, int /*element*/) {
    return {.row = lane / 32, .column = lane % 32};
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position c_position(int lane, int element) {
    return MfmaF32<32, Half>::c_position(lane, element);
  }

  using Sums = Registers<float, 16>;
  HPCADVISE_DEVICE_FUNCTION static void multiply_accumulate([[maybe_unused]] Sums& c,
                                                            [[maybe_unused]] Registers<float, 1> const& a,
                                                            [[maybe_unused]] Registers<float, 1> const& b) {
#if HPCADVISE_HAS_MFMA
    auto const c_vector = __builtin_bit_cast(MfmaVector<float, 16>, c);
    c = __builtin_bit_cast(Sums, __builtin_amdgcn_mfma_f32_32x32x2f32(a.element[0], b.element[0], c_vector, 0, 0, 0));
#else
    HPCADVISE_TRAP();
#endif
  }
};

// v_mfma_f64_16x16x4f64. Its accumulators lie otherwise than those of the fp32 forms: an element is every fourth row.
struct MfmaF64 {
  static constexpr int m = 16, n = 16, k = 4, lanes = 64, adjacent = 1;
  using Input = double;
  using Element = double;
  using Accumulator = double;
  static constexpr bool flushes_subnormals = false;

  HPCADVISE_DEVICE_FUNCTION static constexpr Position a_position(int lane, int /*element*/) {
    return {.row = lane % 16, .column = lane / 16};
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position b_position(int lane, int /*element*/) {
    return {.row = lane / 16, .column = lane % 16};
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position c_position(int lane, int element) {
    return {.row = 4 * element + lane / 16, .column = lane % 16};
  }

  using Sums = Registers<double, 4>;
  HPCADVISE_DEVICE_FUNCTION static void multiply_accumulate([[maybe_unused]] Sums& c,
                                                            [[maybe_unused]] Registers<double, 1> const& a,
                                                            [[maybe_unused]] Registers<double, 1> const& b) {
#if HPCADVISE_HAS_MFMA
    auto const c_vector = __builtin_bit_cast(MfmaVector<double, 4>, c);
    c = __builtin_bit_cast(Sums, __builtin_amdgcn_mfma_f64_16x16x4f64(a.element[0], b.element[0], c_vector, 0, 0, 0));
#else
    HPCADVISE_TRAP();
#endif
  }
};

#undef HPCADVISE_HAS_MFMA

}  // namespace hpcadvise::kernels
