// SPDX-License-Identifier: Apache-2.0
#pragma once

// NVIDIA's ldmatrix: 8 x 8 matrices of 16-bit numbers from the block's memory (PTX ISA, "Warp-level matrix load
// instruction: ldmatrix"). Lane 8 i + r gives the address of row r of matrix i, aligned to its 16 bytes. Of each matrix
// lane l gets the two elements of row l / 4 from column 2 (l % 4) on; of a transposed one, of column l / 4 from row
// 2 (l % 4) on.

#include "kernels/fragment/device_function.hpp"
#include "kernels/fragment/registers.hpp"

#include <cstdint>

namespace hpcadvise::kernels {

enum class MatrixOrder { as_stored, transposed };

// Two matrices or four.
template <MatrixOrder order, class Input, int count>
HPCADVISE_DEVICE_FUNCTION void load_matrices([[maybe_unused]] Registers<Input, count>& to,
                                             [[maybe_unused]] Input const* row) {
#if defined(__CUDA_ARCH__)
  constexpr bool four = count == 8, transposed = order == MatrixOrder::transposed;
  static_assert(four || count == 4);
  auto const address = std::uint32_t(__cvta_generic_to_shared(row));
  Registers<std::uint32_t, count / 2> words;
  if constexpr (four && transposed) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(words.element[0]), "=r"(words.element[1]), "=r"(words.element[2]), "=r"(words.element[3])
                 : "r"(address)
                 : "memory");
  } else if constexpr (four) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(words.element[0]), "=r"(words.element[1]), "=r"(words.element[2]), "=r"(words.element[3])
                 : "r"(address)
                 : "memory");
  } else if constexpr (transposed) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0,%1}, [%2];"
                 : "=r"(words.element[0]), "=r"(words.element[1])
                 : "r"(address)
                 : "memory");
  } else {
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0,%1}, [%2];"
                 : "=r"(words.element[0]), "=r"(words.element[1])
                 : "r"(address)
                 : "memory");
  }
  to = __builtin_bit_cast(Registers<Input, count>, words);
#else
  HPCADVISE_TRAP();
#endif
}

}  // namespace hpcadvise::kernels
