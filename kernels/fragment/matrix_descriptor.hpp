// SPDX-License-Identifier: Apache-2.0
#pragma once

// How an instruction that reads its operands from the block's memory is told where they lie: wgmma of sm_90 (PTX ISA,
// "Asynchronous Warpgroup Level Matrix Shared Memory Layout", with the swizzling of 128 bytes).
//
// An operand lies in lines of 128 bytes, 64 numbers of 16 bits: along k, or across it (A's rows, B's columns). Eight
// lines of a row each, or of a p each, are an atom of 1 KiB, at a multiple of that. Of line l, part p of 16 bytes lies
// where part p ^ (l % 8) would: eight lines' parts of the same place are in different banks.

#include "kernels/fragment/device_function.hpp"

#include <cstdint>

namespace hpcadvise::kernels {

inline constexpr int descriptor_line_bytes = 128, descriptor_atom_lines = 8;
inline constexpr int descriptor_atom_bytes = descriptor_line_bytes * descriptor_atom_lines;

struct MatrixDescriptor {
  std::uint64_t bits;
};

// `address` is where the first element is in the block's memory, before the parts change places, at a multiple of 16
// bytes. From eight lines to the next eight are `atoms_apart_bytes`; where lines run across k, from 64 numbers of a
// line to its next are `columns_apart_bytes`. Along k an instruction reads no further than its line.
HPCADVISE_DEVICE_FUNCTION MatrixDescriptor matrix_descriptor(std::uint32_t address, int atoms_apart_bytes,
                                                             int columns_apart_bytes) {
  constexpr std::uint64_t swizzle_of_128_bytes = 1;
  constexpr std::uint64_t mask = (1 << 14) - 1;  // of each field, in units of 16 bytes
  return {.bits = (std::uint64_t(address >> 4) & mask) | (std::uint64_t(columns_apart_bytes >> 4) & mask) << 16 |
                  (std::uint64_t(atoms_apart_bytes >> 4) & mask) << 32 | swizzle_of_128_bytes << 62};
}

// Where the byte is that would be at `address` if no parts changed places.
HPCADVISE_DEVICE_FUNCTION constexpr std::uint32_t swizzled(std::uint32_t address) {
  return address ^ (address / descriptor_line_bytes % descriptor_atom_lines * 16);
}

}  // namespace hpcadvise::kernels
