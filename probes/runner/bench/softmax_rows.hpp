// SPDX-License-Identifier: Apache-2.0
#pragma once

// The softmax of unfused attention, a row-major matrix at a time, by one thread, with the same SIMD and the same
// exponential as the fused kernel.

#include <cstddef>

namespace hpcadvise::probes::runner {

// Row i keeps its first min(columns, first_visible + i * step) entries, the others become 0.
struct VisibleColumns {
  std::size_t first;
  std::size_t step;
};

// scores become softmax(scale * scores) of each row.
void softmax_rows(float* scores, std::size_t rows, std::size_t columns, VisibleColumns visible, float scale);

// d_weights become scale * weights * (d_weights - sum(weights * d_weights)) of each row.
void softmax_gradient_rows(float const* weights, float* d_weights, std::size_t rows, std::size_t columns,
                           VisibleColumns visible, float scale);

}  // namespace hpcadvise::probes::runner
