// SPDX-License-Identifier: Apache-2.0
#pragma once

// NVIDIA's mma.sync of sm_80 and later. Layouts: PTX ISA, "Matrix Fragments for mma.m16n8k16 with floating point type",
// "mma.m16n8k8", "mma.m8n8k4 with .f64" and "mma.m16n8k4 with .f64". A lane's group is lane / 4, its place in the group
// lane % 4.

#include "kernels/fragment/device_function.hpp"
#include "kernels/fragment/load_matrix.hpp"
#include "kernels/fragment/number_formats.hpp"
#include "kernels/fragment/registers.hpp"
#include "kernels/fragment/stacked.hpp"

#include <cstdint>
#include <type_traits>

namespace hpcadvise::kernels {

#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
#define HPCADVISE_HAS_MMA_SYNC 1
#else
#define HPCADVISE_HAS_MMA_SYNC 0
#endif

// What all shapes have in common. Their accumulators are 8 rows of pairs for every 2 elements.
struct MmaSync {
  static constexpr int lanes = 32;
  static constexpr bool flushes_subnormals = false;

  HPCADVISE_DEVICE_FUNCTION static constexpr Position c_position(int lane, int element) {
    return {.row = lane / 4 + 8 * (element / 2), .column = 2 * (lane % 4) + element % 2};
  }
};

#if HPCADVISE_HAS_MMA_SYNC
// The forms with four 32-bit registers of A, two of B and four fp32 of C differ in their name alone.
#define HPCADVISE_MMA_SYNC_4_2_4(form, c, a, b)                                                  \
  asm volatile("mma.sync.aligned." form " {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};" \
               : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])                                  \
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]))
#endif

// Input is Half or BFloat16. Two neighbours along k share a 32-bit register, the first in its lower half: a quarter of
// A, or a half of B, is an 8 x 8 matrix of ldmatrix, whose row r is of the lanes from 4 r on.
template <class InputType>
struct MmaSyncM16N8K16 : MmaSync {
  static constexpr int m = 16, n = 8, k = 16, adjacent = 2;
  using Input = InputType;
  using Element = InputType;
  using Accumulator = float;

  HPCADVISE_DEVICE_FUNCTION static constexpr Position a_position(int lane, int element) {
    return {.row = lane / 4 + 8 * (element / 2 % 2), .column = 2 * (lane % 4) + element % 2 + 8 * (element / 4)};
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position b_position(int lane, int element) {
    return {.row = 2 * (lane % 4) + element % 2 + 8 * (element / 2), .column = lane / 4};
  }

  HPCADVISE_DEVICE_FUNCTION static void multiply_accumulate([[maybe_unused]] Registers<float, 4>& c,
                                                            [[maybe_unused]] Registers<Input, 8> const& a,
                                                            [[maybe_unused]] Registers<Input, 4> const& b) {
#if HPCADVISE_HAS_MMA_SYNC
    auto const a_words = __builtin_bit_cast(Registers<std::uint32_t, 4>, a);
    auto const b_words = __builtin_bit_cast(Registers<std::uint32_t, 2>, b);
    if constexpr (std::is_same_v<Input, Half>) {
      HPCADVISE_MMA_SYNC_4_2_4("m16n8k16.row.col.f32.f16.f16.f32", c.element, a_words.element, b_words.element);
    } else {
      HPCADVISE_MMA_SYNC_4_2_4("m16n8k16.row.col.f32.bf16.bf16.f32", c.element, a_words.element, b_words.element);
    }
#else
    HPCADVISE_TRAP();
#endif
  }

  // Where the row begins whose address a lane gives to ldmatrix.
  HPCADVISE_DEVICE_FUNCTION static constexpr Position a_row(int lane) {
    return a_position(4 * (lane % 8), 2 * (lane / 8));
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position b_column(int lane) {
    return b_position(4 * (lane % 8), 2 * (lane / 8 % 2));
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position b_row(int lane) { return {.row = lane % 16, .column = 0}; }
  // Of two that are adjacent: the upper half of the lanes gives the rows of the second.
  HPCADVISE_DEVICE_FUNCTION static constexpr Position two_b_column(int lane) {
    return {.row = b_column(lane).row, .column = b_column(lane).column + lane / 16 * n};
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position two_b_row(int lane) {
    return {.row = b_row(lane).row, .column = lane / 16 * n};
  }
  // Of matrix i the transposed one is stored: its row is a column of A.
  HPCADVISE_DEVICE_FUNCTION static constexpr Position a_column(int lane) {
    Position const corner = a_position(0, 2 * (lane / 8));
    return {.row = corner.row, .column = corner.column + lane % 8};
  }

  HPCADVISE_DEVICE_FUNCTION static void load_a(int lane, Registers<Input, 8>& a, Input const* tile, int stride) {
    load_matrices<MatrixOrder::as_stored>(a, tile + a_row(lane).row * stride + a_row(lane).column);
  }
  HPCADVISE_DEVICE_FUNCTION static void load_b(int lane, Registers<Input, 4>& b, Input const* tile, int stride) {
    load_matrices<MatrixOrder::as_stored>(b, tile + b_column(lane).column * stride + b_column(lane).row);
  }
  HPCADVISE_DEVICE_FUNCTION static void load_two_b(int lane, Registers<Input, 4>& first, Registers<Input, 4>& second,
                                                   Input const* tile, int stride) {
    Position const at = two_b_column(lane);
    load_two<MatrixOrder::as_stored>(first, second, tile + at.column * stride + at.row);
  }
  HPCADVISE_DEVICE_FUNCTION static void load_two_row_major_b(int lane, Registers<Input, 4>& first,
                                                             Registers<Input, 4>& second, Input const* tile,
                                                             int stride) {
    Position const at = two_b_row(lane);
    load_two<MatrixOrder::transposed>(first, second, tile + at.row * stride + at.column);
  }
  HPCADVISE_DEVICE_FUNCTION static void load_column_major_a(int lane, Registers<Input, 8>& a, Input const* tile,
                                                            int stride) {
    load_matrices<MatrixOrder::transposed>(a, tile + a_column(lane).column * stride + a_column(lane).row);
  }
  HPCADVISE_DEVICE_FUNCTION static void load_row_major_b(int lane, Registers<Input, 4>& b, Input const* tile,
                                                         int stride) {
    load_matrices<MatrixOrder::transposed>(b, tile + b_row(lane).row * stride + b_row(lane).column);
  }

 private:
  template <MatrixOrder order>
  HPCADVISE_DEVICE_FUNCTION static void load_two(Registers<Input, 4>& first, Registers<Input, 4>& second,
                                                 Input const* row) {
    Registers<Input, 8> both;
    load_matrices<order>(both, row);
    HPCADVISE_UNROLL
    for (int element = 0; element < 4; ++element) {
      first.element[element] = both.element[element];
      second.element[element] = both.element[4 + element];
    }
  }
};

struct MmaSyncM16N8K8Tf32 : MmaSync {
  static constexpr int m = 16, n = 8, k = 8, adjacent = 1;
  using Input = Tf32;
  using Element = float;
  using Accumulator = float;

  HPCADVISE_DEVICE_FUNCTION static constexpr Position a_position(int lane, int element) {
    return {.row = lane / 4 + 8 * (element % 2), .column = lane % 4 + 4 * (element / 2)};
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position b_position(int lane, int element) {
    return {.row = lane % 4 + 4 * element, .column = lane / 4};
  }

  HPCADVISE_DEVICE_FUNCTION static void multiply_accumulate([[maybe_unused]] Registers<float, 4>& c,
                                                            [[maybe_unused]] Registers<Tf32, 4> const& a,
                                                            [[maybe_unused]] Registers<Tf32, 2> const& b) {
#if HPCADVISE_HAS_MMA_SYNC
    auto const a_words = __builtin_bit_cast(Registers<std::uint32_t, 4>, a);
    auto const b_words = __builtin_bit_cast(Registers<std::uint32_t, 2>, b);
    HPCADVISE_MMA_SYNC_4_2_4("m16n8k8.row.col.f32.tf32.tf32.f32", c.element, a_words.element, b_words.element);
#else
    HPCADVISE_TRAP();
#endif
  }
};

struct MmaSyncM8N8K4F64 : MmaSync {
  static constexpr int m = 8, n = 8, k = 4, adjacent = 1;
  using Input = double;
  using Element = double;
  using Accumulator = double;

  HPCADVISE_DEVICE_FUNCTION static constexpr Position a_position(int lane, int /*element*/) {
    return {.row = lane / 4, .column = lane % 4};
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position b_position(int lane, int /*element*/) {
    return {.row = lane % 4, .column = lane / 4};
  }

  HPCADVISE_DEVICE_FUNCTION static void multiply_accumulate([[maybe_unused]] Registers<double, 2>& c,
                                                            [[maybe_unused]] Registers<double, 1> const& a,
                                                            [[maybe_unused]] Registers<double, 1> const& b) {
#if HPCADVISE_HAS_MMA_SYNC
    asm volatile("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0,%1}, {%2}, {%3}, {%0,%1};"
                 : "+d"(c.element[0]), "+d"(c.element[1])
                 : "d"(a.element[0]), "d"(b.element[0]));
#else
    HPCADVISE_TRAP();
#endif
  }
};

// One instruction of sm_90, two of sm_80: the layout is that of two of them either way.
struct MmaSyncM16N8K4F64 : Stacked<MmaSyncM8N8K4F64, 2> {
  HPCADVISE_DEVICE_FUNCTION static void multiply_accumulate(Registers<double, 4>& c, Registers<double, 2> const& a,
                                                            Registers<double, 1> const& b) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
    asm volatile("mma.sync.aligned.m16n8k4.row.col.f64.f64.f64.f64 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
                 : "+d"(c.element[0]), "+d"(c.element[1]), "+d"(c.element[2]), "+d"(c.element[3])
                 : "d"(a.element[0]), "d"(a.element[1]), "d"(b.element[0]));
#else
    Stacked<MmaSyncM8N8K4F64, 2>::multiply_accumulate(c, a, b);
#endif
  }
};

#undef HPCADVISE_MMA_SYNC_4_2_4
#undef HPCADVISE_HAS_MMA_SYNC

}  // namespace hpcadvise::kernels
