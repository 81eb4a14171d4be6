// SPDX-License-Identifier: Apache-2.0
#pragma once

// The sequential inner parts of the host's GEMM, after Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix
// Multiplication": packing into panels, and a tile of C from packed panels. Compiled once for each SIMD instruction
// set; the best one for the running processor is chosen at run time. No Kokkos in here.
//
// A packed panel holds `width` rows of op(A) (columns of op(B)) depth-first: element (p, i) at p * width + i. The last
// panel is filled up with zeros.

#include "kernels/panel_source.hpp"

#include <cstdint>

namespace hpcadvise::kernels {

// C(rows x columns) = or += A B, from the panels that begin at `a` and `b`.
template <class Scalar>
struct PackedProduct {
  Scalar const* a;
  std::int64_t a_panel_stride;  // elements from one panel to the next
  Scalar const* b;
  std::int64_t b_panel_stride;
  Scalar* c;
  std::int64_t c_row_stride;
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t depth;
  bool accumulate;
};

template <class Scalar>
struct GemmKernel {
  std::int64_t panel_rows;     // of op(A): the register tile's height
  std::int64_t panel_columns;  // of op(B): the register tile's width
  // The source is at most a panel wide.
  void (*pack_rows)(PanelSource<Scalar> const& source, Scalar* panel);
  void (*pack_columns)(PanelSource<Scalar> const& source, Scalar* panel);
  void (*multiply)(PackedProduct<Scalar> const& product);
};

// The best for this processor. Defined for float and double.
template <class Scalar>
GemmKernel<Scalar> gemm_kernel();

}  // namespace hpcadvise::kernels
