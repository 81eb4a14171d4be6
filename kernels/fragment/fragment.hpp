// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fragments of matrices in the registers of a warp, and what a warp does with them together. One source for device and
// host: on the device each thread is a DeviceWarp of one lane, its own; on the host a ModelWarp holds all lanes.

#include "kernels/fragment/device_function.hpp"
#include "kernels/fragment/registers.hpp"
#include "kernels/fragment/warp_model.hpp"

namespace hpcadvise::kernels {

template <class Warp, class Registers>
struct Fragment {
  Registers held[Warp::lanes_held];
};

template <class InstructionType>
struct DeviceWarp {
  using Instruction = InstructionType;
  static constexpr int lanes_held = 1;
  int own_lane;

  HPCADVISE_DEVICE_FUNCTION constexpr int lane(int /*held*/) const { return own_lane; }
  template <class C, class A, class B>
  HPCADVISE_DEVICE_FUNCTION static void multiply_accumulate(C& c, A const& a, B const& b) {
    Instruction::multiply_accumulate(c.held[0], a.held[0], b.held[0]);
  }
};

template <class InstructionType>
struct ModelWarp {
  using Instruction = InstructionType;
  static constexpr int lanes_held = Instruction::lanes;

  constexpr int lane(int held) const { return held; }
  template <class C, class A, class B>
  static void multiply_accumulate(C& c, A const& a, B const& b) {
    model_multiply_accumulate<Instruction>(c.held, a.held, b.held);
  }
};

template <class Warp>
using AFragment = Fragment<Warp, ARegisters<typename Warp::Instruction>>;
template <class Warp>
using BFragment = Fragment<Warp, BRegisters<typename Warp::Instruction>>;
template <class Warp>
using CFragment = Fragment<Warp, CRegisters<typename Warp::Instruction>>;

namespace detail {

// As one access of the whole width, which the instruction's layout and the caller's alignment allow.
template <int count, class Scalar>
HPCADVISE_DEVICE_FUNCTION void copy_adjacent(Scalar* to, Scalar const* from) {
  constexpr int bytes = count * int(sizeof(Scalar));
  __builtin_memcpy(to, __builtin_assume_aligned(from, bytes), bytes);
}

}  // namespace detail

// Both operands lie in memory with k running fastest: element (row, p) of A at tile[row * stride + p], element
// (p, column) of B at tile[column * stride + p]. `tile` and each row are aligned to Instruction::adjacent elements.
template <class Warp, class Input>
HPCADVISE_DEVICE_FUNCTION void load_a(Warp warp, AFragment<Warp>& a, Input const* tile, int stride) {
  using Instruction = typename Warp::Instruction;
  for (int held = 0; held < Warp::lanes_held; ++held) {
    HPCADVISE_UNROLL
    for (int element = 0; element < a_elements<Instruction>; element += Instruction::adjacent) {
      Position const at = Instruction::a_position(warp.lane(held), element);
      detail::copy_adjacent<Instruction::adjacent>(a.held[held].element + element, tile + at.row * stride + at.column);
    }
  }
}

template <class Warp, class Input>
HPCADVISE_DEVICE_FUNCTION void load_b(Warp warp, BFragment<Warp>& b, Input const* tile, int stride) {
  using Instruction = typename Warp::Instruction;
  for (int held = 0; held < Warp::lanes_held; ++held) {
    HPCADVISE_UNROLL
    for (int element = 0; element < b_elements<Instruction>; element += Instruction::adjacent) {
      Position const at = Instruction::b_position(warp.lane(held), element);
      detail::copy_adjacent<Instruction::adjacent>(b.held[held].element + element, tile + at.column * stride + at.row);
    }
  }
}

}  // namespace hpcadvise::kernels
