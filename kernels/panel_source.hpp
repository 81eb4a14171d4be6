// SPDX-License-Identifier: Apache-2.0
#pragma once

// An operand of C = op(A) op(B), or a part of it, as it lies in memory.

#include <cstdint>

namespace hpcadvise::kernels {

// `width` rows of op(A) or columns of op(B) over `depth`; one of the two strides is 1.
template <class Scalar>
struct PanelSource {
  Scalar const* data;
  std::int64_t width_stride;
  std::int64_t depth_stride;
  std::int64_t width;
  std::int64_t depth;
};

}  // namespace hpcadvise::kernels
