// SPDX-License-Identifier: Apache-2.0
#pragma once

// A matrix instruction on the host: the registers of all lanes, gathered by the instruction's layout, multiplied, and
// scattered again. Exact in formats, subnormals and indices. Not modelled is how a device adds up: here element by
// element along k, each sum rounded once to nearest, where tensor cores add several products at once and cut off
// (Fasi et al. 2021, "Numerical behavior of NVIDIA tensor cores"). Sums that are exact in any order agree to the bit.

#include "kernels/fragment/number_formats.hpp"
#include "kernels/fragment/registers.hpp"

#include <cmath>
#include <limits>
#include <type_traits>

namespace hpcadvise::kernels {

namespace detail {

// Of the formats whose instructions flush.
template <class Scalar>
inline constexpr float smallest_normal = std::is_same_v<Scalar, Half> ? 0x1p-14f : std::numeric_limits<float>::min();

template <class Instruction, class Scalar>
auto instruction_value(Scalar scalar) {
  auto const value = widened(scalar);
  if constexpr (Instruction::flushes_subnormals) {
    if (std::abs(value) < smallest_normal<Scalar>) return std::copysign(0.0f, value);
  }
  return value;
}

}  // namespace detail

template <class Instruction>
void model_multiply_accumulate(CRegisters<Instruction> (&c)[Instruction::lanes],
                               ARegisters<Instruction> const (&a)[Instruction::lanes],
                               BRegisters<Instruction> const (&b)[Instruction::lanes]) {
  using Accumulator = typename Instruction::Accumulator;
  Accumulator a_matrix[Instruction::m][Instruction::k];
  Accumulator b_matrix[Instruction::k][Instruction::n];
  for (int lane = 0; lane < Instruction::lanes; ++lane) {
    for (int element = 0; element < a_elements<Instruction>; ++element) {
      Position const at = Instruction::a_position(lane, element);
      a_matrix[at.row][at.column] = detail::instruction_value<Instruction>(a[lane].element[element]);
    }
    for (int element = 0; element < b_elements<Instruction>; ++element) {
      Position const at = Instruction::b_position(lane, element);
      b_matrix[at.row][at.column] = detail::instruction_value<Instruction>(b[lane].element[element]);
    }
  }
  for (int lane = 0; lane < Instruction::lanes; ++lane) {
    for (int element = 0; element < c_elements<Instruction>; ++element) {
      Position const at = Instruction::c_position(lane, element);
      Accumulator sum = detail::instruction_value<Instruction>(c[lane].element[element]);
      for (int p = 0; p < Instruction::k; ++p) sum = std::fma(a_matrix[at.row][p], b_matrix[p][at.column], sum);
      c[lane].element[element] = detail::instruction_value<Instruction>(sum);
    }
  }
}

}  // namespace hpcadvise::kernels
