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

namespace detail {

// Of the lane own_lane ^ mask.
HPCADVISE_DEVICE_FUNCTION float number_of_lane([[maybe_unused]] float own, [[maybe_unused]] int own_lane,
                                               [[maybe_unused]] int mask) {
#if defined(__CUDA_ARCH__)
  return __shfl_xor_sync(0xffff'ffff, own, mask);
#elif defined(__HIP_DEVICE_COMPILE__)
  int const bits = __builtin_bit_cast(int, own);
  return __builtin_bit_cast(float, __builtin_amdgcn_ds_bpermute(4 * (own_lane ^ mask), bits));
#else
  HPCADVISE_TRAP();
#endif
}

}  // namespace detail

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
  // What the lane whose number differs in the bits of `mask` holds.
  template <int count>
  HPCADVISE_DEVICE_FUNCTION Fragment<DeviceWarp, Registers<float, count>> exchanged(
      Fragment<DeviceWarp, Registers<float, count>> const& own, int mask) const {
    Fragment<DeviceWarp, Registers<float, count>> other;
    HPCADVISE_UNROLL
    for (int i = 0; i < count; ++i) {
      other.held[0].element[i] = detail::number_of_lane(own.held[0].element[i], own_lane, mask);
    }
    return other;
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
  template <class Registers>
  static Fragment<ModelWarp, Registers> exchanged(Fragment<ModelWarp, Registers> const& own, int mask) {
    Fragment<ModelWarp, Registers> other;
    for (int lane = 0; lane < lanes_held; ++lane) other.held[lane] = own.held[lane ^ mask];
    return other;
  }
};

template <class Warp>
using AFragment = Fragment<Warp, ARegisters<typename Warp::Instruction>>;
template <class Warp>
using BFragment = Fragment<Warp, BRegisters<typename Warp::Instruction>>;
template <class Warp>
using CFragment = Fragment<Warp, CRegisters<typename Warp::Instruction>>;

// Operands lie in the block's memory. In load_a and load_b k runs fastest: element (row, p) of A at
// tile[row * stride + p], element (p, column) of B at tile[column * stride + p]. `tile` and each row are aligned to
// Instruction::adjacent elements, or to 16 bytes where the instruction has a load of its own.
template <class Warp, class Input>
HPCADVISE_DEVICE_FUNCTION void load_a(Warp warp, AFragment<Warp>& a, Input const* tile, int stride) {
  using Instruction = typename Warp::Instruction;
  if constexpr (Warp::lanes_held == 1 && requires { Instruction::load_a(0, a.held[0], tile, stride); }) {
    Instruction::load_a(warp.lane(0), a.held[0], tile, stride);
  } else {
    for (int held = 0; held < Warp::lanes_held; ++held) {
      HPCADVISE_UNROLL
      for (int element = 0; element < a_elements<Instruction>; element += Instruction::adjacent) {
        Position const at = Instruction::a_position(warp.lane(held), element);
        detail::copy_adjacent<Instruction::adjacent>(a.held[held].element + element,
                                                     tile + at.row * stride + at.column);
      }
    }
  }
}

template <class Warp, class Input>
HPCADVISE_DEVICE_FUNCTION void load_b(Warp warp, BFragment<Warp>& b, Input const* tile, int stride) {
  using Instruction = typename Warp::Instruction;
  if constexpr (Warp::lanes_held == 1 && requires { Instruction::load_b(0, b.held[0], tile, stride); }) {
    Instruction::load_b(warp.lane(0), b.held[0], tile, stride);
  } else {
    for (int held = 0; held < Warp::lanes_held; ++held) {
      HPCADVISE_UNROLL
      for (int element = 0; element < b_elements<Instruction>; element += Instruction::adjacent) {
        Position const at = Instruction::b_position(warp.lane(held), element);
        detail::copy_adjacent<Instruction::adjacent>(b.held[held].element + element,
                                                     tile + at.column * stride + at.row);
      }
    }
  }
}

// A with its rows running fastest: element (row, p) at tile[p * stride + row].
template <class Warp, class Input>
HPCADVISE_DEVICE_FUNCTION void load_column_major_a(Warp warp, AFragment<Warp>& a, Input const* tile, int stride) {
  using Instruction = typename Warp::Instruction;
  if constexpr (Warp::lanes_held == 1 && requires { Instruction::load_column_major_a(0, a.held[0], tile, stride); }) {
    Instruction::load_column_major_a(warp.lane(0), a.held[0], tile, stride);
  } else {
    for (int held = 0; held < Warp::lanes_held; ++held) {
      HPCADVISE_UNROLL
      for (int element = 0; element < a_elements<Instruction>; ++element) {
        Position const at = Instruction::a_position(warp.lane(held), element);
        a.held[held].element[element] = tile[at.column * stride + at.row];
      }
    }
  }
}

// B with its columns running fastest: element (p, column) at tile[p * stride + column].
template <class Warp, class Input>
HPCADVISE_DEVICE_FUNCTION void load_row_major_b(Warp warp, BFragment<Warp>& b, Input const* tile, int stride) {
  using Instruction = typename Warp::Instruction;
  if constexpr (Warp::lanes_held == 1 && requires { Instruction::load_row_major_b(0, b.held[0], tile, stride); }) {
    Instruction::load_row_major_b(warp.lane(0), b.held[0], tile, stride);
  } else {
    for (int held = 0; held < Warp::lanes_held; ++held) {
      HPCADVISE_UNROLL
      for (int element = 0; element < b_elements<Instruction>; ++element) {
        Position const at = Instruction::b_position(warp.lane(held), element);
        b.held[held].element[element] = tile[at.row * stride + at.column];
      }
    }
  }
}

// Two that are adjacent, the second n columns further, by one load where the instruction has such.
template <class Warp, class Input>
HPCADVISE_DEVICE_FUNCTION void load_two_b(Warp warp, BFragment<Warp> (&b)[2], Input const* tile, int stride) {
  using Instruction = typename Warp::Instruction;
  if constexpr (Warp::lanes_held == 1 &&
                requires { Instruction::load_two_b(0, b[0].held[0], b[1].held[0], tile, stride); }) {
    Instruction::load_two_b(warp.lane(0), b[0].held[0], b[1].held[0], tile, stride);
  } else {
    load_b(warp, b[0], tile, stride);
    load_b(warp, b[1], tile + Instruction::n * stride, stride);
  }
}

template <class Warp, class Input>
HPCADVISE_DEVICE_FUNCTION void load_two_row_major_b(Warp warp, BFragment<Warp> (&b)[2], Input const* tile, int stride) {
  using Instruction = typename Warp::Instruction;
  if constexpr (Warp::lanes_held == 1 &&
                requires { Instruction::load_two_row_major_b(0, b[0].held[0], b[1].held[0], tile, stride); }) {
    Instruction::load_two_row_major_b(warp.lane(0), b[0].held[0], b[1].held[0], tile, stride);
  } else {
    load_row_major_b(warp, b[0], tile, stride);
    load_row_major_b(warp, b[1], tile + Instruction::n, stride);
  }
}

}  // namespace hpcadvise::kernels
