// SPDX-License-Identifier: Apache-2.0
#pragma once

// An instruction by which D^T = B^T A^T is computed with its operands exchanged: rows become columns. An accumulator of
// MFMA holds neighbours down a column where its A wants them along a row, so that only the transposed form can go on to
// multiply what it has summed (see a_of_c in rows.hpp).

#include "kernels/fragment/device_function.hpp"
#include "kernels/fragment/registers.hpp"

namespace hpcadvise::kernels {

template <class Instruction>
struct Transposed {
  static constexpr int m = Instruction::n, n = Instruction::m, k = Instruction::k;
  static constexpr int lanes = Instruction::lanes, adjacent = Instruction::adjacent;
  using Input = typename Instruction::Input;
  using Element = typename Instruction::Element;
  using Accumulator = typename Instruction::Accumulator;
  static constexpr bool flushes_subnormals = Instruction::flushes_subnormals;

  HPCADVISE_DEVICE_FUNCTION static constexpr Position a_position(int lane, int element) {
    return exchanged(Instruction::b_position(lane, element));
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position b_position(int lane, int element) {
    return exchanged(Instruction::a_position(lane, element));
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position c_position(int lane, int element) {
    return exchanged(Instruction::c_position(lane, element));
  }

  template <class C, class A, class B>
  HPCADVISE_DEVICE_FUNCTION static void multiply_accumulate(C& c, A const& a, B const& b) {
    Instruction::multiply_accumulate(c, b, a);
  }

 private:
  HPCADVISE_DEVICE_FUNCTION static constexpr Position exchanged(Position at) {
    return {.row = at.column, .column = at.row};
  }
};

}  // namespace hpcadvise::kernels
