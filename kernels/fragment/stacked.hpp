// SPDX-License-Identifier: Apache-2.0
#pragma once

// `count` instructions one below the other as one: its A and C are as many times as high, and all of them take the same
// B, which a warp then loads once.

#include "kernels/fragment/device_function.hpp"
#include "kernels/fragment/registers.hpp"

namespace hpcadvise::kernels {

template <class Instruction, int count>
struct Stacked : Instruction {
  static constexpr int m = count * Instruction::m;
  static constexpr int in_a = a_elements<Instruction>, in_c = c_elements<Instruction>;

  HPCADVISE_DEVICE_FUNCTION static constexpr Position a_position(int lane, int element) {
    return below(element / in_a, Instruction::a_position(lane, element % in_a));
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr Position c_position(int lane, int element) {
    return below(element / in_c, Instruction::c_position(lane, element % in_c));
  }

  template <class C, class A, class B>
  HPCADVISE_DEVICE_FUNCTION static void multiply_accumulate(C& c, A const& a, B const& b) {
    HPCADVISE_UNROLL
    for (int i = 0; i < count; ++i) {
      auto c_part = part<CRegisters<Instruction>, in_c>(c, i);
      Instruction::multiply_accumulate(c_part, part<ARegisters<Instruction>, in_a>(a, i), b);
      set_part<in_c>(c, i, c_part);
    }
  }

  // As load_a of the instruction, where it has one.
  template <class A, class Input>
  HPCADVISE_DEVICE_FUNCTION static void load_a(int lane, A& a, Input const* tile, int stride) requires
      requires(ARegisters<Instruction>& own) {
    Instruction::load_a(lane, own, tile, stride);
  }
  {
    HPCADVISE_UNROLL
    for (int i = 0; i < count; ++i) {
      ARegisters<Instruction> a_part;
      Instruction::load_a(lane, a_part, tile + i * Instruction::m * stride, stride);
      set_part<in_a>(a, i, a_part);
    }
  }

 private:
  HPCADVISE_DEVICE_FUNCTION static constexpr Position below(int instructions, Position at) {
    return {.row = instructions * Instruction::m + at.row, .column = at.column};
  }
  template <class Part, int elements, class Whole>
  HPCADVISE_DEVICE_FUNCTION static Part part(Whole const& whole, int i) {
    Part result;
    HPCADVISE_UNROLL
    for (int element = 0; element < elements; ++element)
      result.element[element] = whole.element[i * elements + element];
    return result;
  }
  template <int elements, class Whole, class Part>
  HPCADVISE_DEVICE_FUNCTION static void set_part(Whole& whole, int i, Part const& part) {
    HPCADVISE_UNROLL
    for (int element = 0; element < elements; ++element) whole.element[i * elements + element] = part.element[element];
  }
};

// How many there are in an instruction.
template <class Instruction>
inline constexpr int stacked_instructions = 1;
template <class Instruction, int count>
inline constexpr int stacked_instructions<Stacked<Instruction, count>> = count;

}  // namespace hpcadvise::kernels
