// SPDX-License-Identifier: Apache-2.0
#pragma once

// fp32 where no matrix instruction takes it: each lane multiplies rows by columns of its own with the ordinary
// fused multiply-add. Described as the matrix instructions are, so that the same tiles run on it.

#include "kernels/fragment/device_function.hpp"
#include "kernels/fragment/registers.hpp"

namespace hpcadvise::kernels {

// A warp is 4 x 8 lanes, each with 8 x 8 elements of C: rows and columns in runs of four, which are one access where
// they run fastest.
struct FmaF32 {
  static constexpr int m = 32, n = 64, k = 1, lanes = 32, adjacent = 1;
  static constexpr int a_copies = 8, b_copies = 4;
  using Input = float;
  using Element = float;
  using Accumulator = float;
  static constexpr bool flushes_subnormals = false;

  HPCADVISE_DEVICE_FUNCTION static constexpr Position a_position(int lane, int element) {
    return {.row = 16 * (element / 4) + 4 * (lane / 8) + element % 4, .column = 0};
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position b_position(int lane, int element) {
    return {.row = 0, .column = 32 * (element / 4) + 4 * (lane % 8) + element % 4};
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position c_position(int lane, int element) {
    return {.row = a_position(lane, element / 8).row, .column = b_position(lane, element % 8).column};
  }

  HPCADVISE_DEVICE_FUNCTION static void load_column_major_a(int lane, Registers<float, 8>& a, float const* tile,
                                                            int /*stride*/) {
    HPCADVISE_UNROLL
    for (int run = 0; run < 8; run += 4) detail::copy_adjacent<4>(a.element + run, tile + a_position(lane, run).row);
  }
  HPCADVISE_DEVICE_FUNCTION static void load_row_major_b(int lane, Registers<float, 8>& b, float const* tile,
                                                         int /*stride*/) {
    HPCADVISE_UNROLL
    for (int run = 0; run < 8; run += 4) detail::copy_adjacent<4>(b.element + run, tile + b_position(lane, run).column);
  }

  HPCADVISE_DEVICE_FUNCTION static void multiply_accumulate(Registers<float, 64>& c, Registers<float, 8> const& a,
                                                            Registers<float, 8> const& b) {
    HPCADVISE_UNROLL
    for (int row = 0; row < 8; ++row) {
      HPCADVISE_UNROLL
      for (int column = 0; column < 8; ++column) c.element[8 * row + column] += a.element[row] * b.element[column];
    }
  }
};

}  // namespace hpcadvise::kernels
