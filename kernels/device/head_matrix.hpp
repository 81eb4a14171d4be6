// SPDX-License-Identifier: Apache-2.0
#pragma once

// One head's rows in memory, read and written some elements at a time; what lies beyond them reads as zero and is not
// written.

#include "kernels/fragment/fragment.hpp"
#include "kernels/fragment/registers.hpp"

#include <cstdint>

namespace hpcadvise::kernels {

// Row-major, contiguous, aligned to 16 bytes.
template <class Scalar>
struct HeadMatrix {
  Scalar* data;
  int length;
  int head_size;
};

namespace detail {

// `count` elements of a row, from a column on that is a multiple of it.
template <int count, class Input>
HPCADVISE_DEVICE_FUNCTION Registers<Input, count> row_part(HeadMatrix<Input const> matrix, int row, int column) {
  Registers<Input, count> part = {};
  if (row >= matrix.length || column >= matrix.head_size) return part;
  auto const* const from = matrix.data + std::int64_t{row} * matrix.head_size + column;
  if (matrix.head_size % count == 0) {
    copy_adjacent<count>(part.element, from);
  } else {
    HPCADVISE_UNROLL
    for (int i = 0; i < count; ++i) {
      if (column + i < matrix.head_size) part.element[i] = from[i];
    }
  }
  return part;
}

template <int count, class Input>
HPCADVISE_DEVICE_FUNCTION void store_row_part(HeadMatrix<Input> matrix, int row, int column,
                                              Registers<Input, count> const& part) {
  if (row >= matrix.length || column >= matrix.head_size) return;
  auto* const to = matrix.data + std::int64_t{row} * matrix.head_size + column;
  if (matrix.head_size % count == 0) {
    store_adjacent<count>(to, part.element);
  } else {
    HPCADVISE_UNROLL
    for (int i = 0; i < count; ++i) {
      if (column + i < matrix.head_size) to[i] = part.element[i];
    }
  }
}

}  // namespace detail

}  // namespace hpcadvise::kernels
