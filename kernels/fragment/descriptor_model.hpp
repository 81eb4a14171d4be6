// SPDX-License-Identifier: Apache-2.0
#pragma once

// An instruction that reads A and B from the block's memory, on the host: what its descriptors say is taken from there,
// byte by byte, and multiplied as warp_model.hpp does.

#include "kernels/fragment/load_matrix.hpp"
#include "kernels/fragment/matrix_descriptor.hpp"
#include "kernels/fragment/number_formats.hpp"
#include "kernels/fragment/registers.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace hpcadvise::kernels {

// Where element (i, p) of an operand is, i a row of A or a column of B and p along k. Throws std::invalid_argument for
// what the descriptions here do not use: another swizzling, atoms that are not aligned, k beyond its line.
inline std::uint32_t described_address(MatrixDescriptor descriptor, MatrixOrder order, int i, int p,
                                       int element_bytes) {
  auto const field = [&](int first_bit) { return int(descriptor.bits >> first_bit & 0x3fff) * 16; };
  int const columns_apart = field(16), atoms_apart = field(32);
  bool const across = order == MatrixOrder::transposed;
  int const line = across ? p : i;
  int const byte = (across ? i : p) * element_bytes;
  int const first_byte = field(0) % descriptor_line_bytes;
  bool const swizzles_128_bytes = descriptor.bits >> 62 == 1, has_base_offset = (descriptor.bits >> 49 & 7) != 0;
  if (!swizzles_128_bytes || has_base_offset || (across ? first_byte != 0 : first_byte + byte >= descriptor_line_bytes))
    throw std::invalid_argument("a descriptor of another form");
  int const offset = byte / descriptor_line_bytes * columns_apart + byte % descriptor_line_bytes +
                     line / descriptor_atom_lines * atoms_apart + line % descriptor_atom_lines * descriptor_line_bytes;
  return swizzled(std::uint32_t(field(0) + offset));
}

template <class Input>
float described_element(std::byte const* memory, MatrixDescriptor descriptor, MatrixOrder order, int i, int p) {
  Input element;
  std::memcpy(&element, memory + described_address(descriptor, order, i, p, sizeof element), sizeof element);
  return widened(element);
}

template <class Instruction, MatrixOrder a_order, MatrixOrder b_order>
void model_multiply_accumulate(CRegisters<Instruction> (&c)[Instruction::lanes], std::byte const* memory,
                               MatrixDescriptor a, MatrixDescriptor b, bool added) {
  using Input = typename Instruction::Input;
  static_assert(!Instruction::flushes_subnormals);
  float a_matrix[Instruction::m][Instruction::k];
  float b_matrix[Instruction::n][Instruction::k];
  for (int p = 0; p < Instruction::k; ++p) {
    for (int i = 0; i < Instruction::m; ++i) a_matrix[i][p] = described_element<Input>(memory, a, a_order, i, p);
    for (int j = 0; j < Instruction::n; ++j) b_matrix[j][p] = described_element<Input>(memory, b, b_order, j, p);
  }
  for (int lane = 0; lane < Instruction::lanes; ++lane) {
    for (int element = 0; element < c_elements<Instruction>; ++element) {
      Position const at = Instruction::c_position(lane, element);
      float& sum = c[lane].element[element];
      if (!added) sum = 0;
      for (int p = 0; p < Instruction::k; ++p) sum = std::fma(a_matrix[at.row][p], b_matrix[at.column][p], sum);
    }
  }
}

}  // namespace hpcadvise::kernels
