// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/fragment/device_function.hpp"

#include <cstdint>
#include <type_traits>

// What the descriptions of matrix instructions (mma_sync.hpp, mfma.hpp, fma.hpp) have in common. Each is a struct with
//   m, n, k                    D = A B + C, A m x k, B k x n, C and D m x n
//   lanes                      of the warp (AMD: wavefront) that executes it together
//   Input, Accumulator         of A and B; of C and D
//   Element                    what an Input is rounded from: the type of a matrix in memory
//   adjacent                   elements of a lane, from a multiple of it on, that follow each other along k
//   flushes_subnormals         of Input and Accumulator, to zero
//   a_position, b_position,    (lane, element) -> the row and column that this element of this lane's registers holds
//   c_position                 of the operand; elements in the order of the instruction's own operand list
//   a_copies, b_copies         lanes that hold the same element of A, of B; left out where it is one
//   multiply_accumulate        the instruction, for device code of its architecture; elsewhere it traps
// and may have, where there are instructions that load a fragment from the block's memory (fragment.hpp says which),
//   load_a, load_b, load_two_b, load_column_major_a, load_row_major_b, load_two_row_major_b
// One that reads A and B from the block's memory itself (wgmma.hpp) says so by reads_block_memory, and has nothing of
// what is said of their registers.

namespace hpcadvise::kernels {

struct Position {
  int row;
  int column;
};

// One lane's part of an operand.
template <class Scalar, int count>
struct Registers {
  Scalar element[count];
};

namespace detail {

// As one access of the whole width, which the instruction's layout and the caller's alignment allow.
template <int count, class Scalar>
HPCADVISE_DEVICE_FUNCTION void copy_adjacent(Scalar* to, Scalar const* from) {
  constexpr int bytes = count * int(sizeof(Scalar));
  __builtin_memcpy(to, __builtin_assume_aligned(from, bytes), bytes);
}

// From registers to memory, `to` aligned to the whole. nvcc makes one access of it where it is told so, and in words;
// otherwise it stores element by element, or byte by byte.
template <int count, class Scalar>
HPCADVISE_DEVICE_FUNCTION void store_adjacent(Scalar* to, Scalar const* from) {
  constexpr int bytes = count * int(sizeof(Scalar));
#if defined(__CUDA_ARCH__)
  using Part = std::conditional_t<bytes % 4 == 0, std::uint32_t, Scalar>;
  Registers<Part, bytes / int(sizeof(Part))> parts;
  __builtin_memcpy(parts.element, from, bytes);
  auto* const whole = static_cast<Scalar*>(__builtin_assume_aligned(to, bytes));
  __builtin_memcpy(whole, parts.element, bytes);
#else
  __builtin_memcpy(to, from, bytes);
#endif
}

template <class Instruction>
constexpr int a_copies() {
  if constexpr (requires { Instruction::a_copies; }) {
    return Instruction::a_copies;
  } else {
    return 1;
  }
}

template <class Instruction>
constexpr int b_copies() {
  if constexpr (requires { Instruction::b_copies; }) {
    return Instruction::b_copies;
  } else {
    return 1;
  }
}

}  // namespace detail

template <class Instruction>
inline constexpr bool reads_block_memory = requires {
  Instruction::reads_block_memory;
};

template <class Instruction>
inline constexpr int a_elements = detail::a_copies<Instruction>() * Instruction::m* Instruction::k / Instruction::lanes;
template <class Instruction>
inline constexpr int b_elements = detail::b_copies<Instruction>() * Instruction::k* Instruction::n / Instruction::lanes;
template <class Instruction>
inline constexpr int c_elements = Instruction::m* Instruction::n / Instruction::lanes;

template <class Instruction>
using ARegisters = Registers<typename Instruction::Input, a_elements<Instruction>>;
template <class Instruction>
using BRegisters = Registers<typename Instruction::Input, b_elements<Instruction>>;
template <class Instruction>
using CRegisters = Registers<typename Instruction::Accumulator, c_elements<Instruction>>;

}  // namespace hpcadvise::kernels
