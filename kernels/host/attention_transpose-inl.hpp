// SPDX-License-Identifier: Apache-2.0
// Rows of a matrix into a panel of attention_simd-inl.hpp, and back. Compiled once for each SIMD target, hence the
// guard that toggles.
#if defined(HPCADVISE_KERNELS_HOST_ATTENTION_TRANSPOSE) == defined(HWY_TARGET_TOGGLE)
#ifdef HPCADVISE_KERNELS_HOST_ATTENTION_TRANSPOSE
#undef HPCADVISE_KERNELS_HOST_ATTENTION_TRANSPOSE
#else
#define HPCADVISE_KERNELS_HOST_ATTENTION_TRANSPOSE
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

#include "kernels/host/attention_simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace hpcadvise::kernels::HWY_NAMESPACE {

// What vectors of every width consist of, and how many of them are transposed at a time: four lanes, or the one there
// is.
#if HWY_TARGET == HWY_SCALAR
constexpr std::size_t quad = 1;

HWY_INLINE V load_quads(Tag d, float const* from, std::size_t /*row*/) { return hn::LoadU(d, from); }
HWY_INLINE void store_quads(Tag d, V quads, float* to, std::size_t /*row*/) { hn::StoreU(quads, d, to); }
HWY_INLINE void transpose_quads(V (&/*vectors*/)[quad]) {}
#else
constexpr std::size_t quad = 4;

// A quad of each fourth row: of rows 0, 4, 8...
template <class D>
HWY_INLINE hn::Vec<D> load_quads(D d, float const* from, std::size_t row) {
  if constexpr (hn::MaxLanes(d) == quad) {
    return hn::LoadU(d, from);
  } else {
    hn::Half<D> const half;
    return hn::Combine(d, load_quads(half, from + hn::MaxLanes(half) * row, row), load_quads(half, from, row));
  }
}

template <class D>
HWY_INLINE void store_quads(D d, hn::Vec<D> quads, float* to, std::size_t row) {
  if constexpr (hn::MaxLanes(d) == quad) {
    hn::StoreU(quads, d, to);
  } else {
    hn::Half<D> const half;
    store_quads(half, hn::LowerHalf(half, quads), to, row);
    store_quads(half, hn::UpperHalf(half, quads), to + hn::MaxLanes(half) * row, row);
  }
}

// The first quads of the four vectors become their transpose, and so do the others.
HWY_INLINE void transpose_quads(V (&vectors)[quad]) {
  Tag const d;
  V const even_low = hn::InterleaveLower(d, vectors[0], vectors[2]);
  V const even_high = hn::InterleaveUpper(d, vectors[0], vectors[2]);
  V const odd_low = hn::InterleaveLower(d, vectors[1], vectors[3]);
  V const odd_high = hn::InterleaveUpper(d, vectors[1], vectors[3]);
  vectors[0] = hn::InterleaveLower(d, even_low, odd_low);
  vectors[1] = hn::InterleaveUpper(d, even_low, odd_low);
  vectors[2] = hn::InterleaveLower(d, even_high, odd_high);
  vectors[3] = hn::InterleaveUpper(d, even_high, odd_high);
}
#endif

// A quad of columns of `lanes` rows of `from`, times the factor of each row, into the panel.
HWY_INLINE void transpose_rows(float const* from, std::size_t row, V factor, float* HWY_RESTRICT to) {
  Tag const d;
  V part[quad];
  for (std::size_t i = 0; i < quad; ++i) part[i] = load_quads(d, from + i * row, row);
  transpose_quads(part);
  for (std::size_t i = 0; i < quad; ++i) hn::StoreU(hn::Mul(factor, part[i]), d, to + i * panel);
}

HWY_INLINE void transpose_columns(float const* from, V factor, float* HWY_RESTRICT to, std::size_t row) {
  Tag const d;
  V part[quad];
  for (std::size_t i = 0; i < quad; ++i) part[i] = hn::Mul(factor, hn::LoadU(d, from + i * panel));
  transpose_quads(part);
  for (std::size_t i = 0; i < quad; ++i) store_quads(d, part[i], to + i * row, row);
}

// How many columns the functions above can take, where `rows` are left for the lanes of a vector.
HWY_INLINE std::size_t columns_in_quads(std::size_t rows, std::size_t columns) {
  return rows < lanes ? 0 : columns / quad * quad;
}

// to[column][row] = factor * from[row][column] for a panel of rows; rows that are not there become zero.
HWY_INLINE void transpose_into_panel(float const* from, std::size_t rows, std::size_t columns, float factor,
                                     float* HWY_RESTRICT to) {
  for (std::size_t begin = 0; begin < panel; begin += lanes) {
    std::size_t const in_quads = columns_in_quads(rows - std::min(rows, begin), columns);
    for (std::size_t j = 0; j < in_quads; j += quad)
      transpose_rows(from + begin * columns + j, columns, hn::Set(Tag(), factor), to + j * panel + begin);
    for (std::size_t j = in_quads; j < columns; ++j)
      for (std::size_t i = begin; i < begin + lanes; ++i)
        to[j * panel + i] = i < rows ? factor * from[i * columns + j] : 0.0F;
  }
}

// to[row][column] = factor[row] * from[column][row].
HWY_INLINE void transpose_from_panel(float const* from, std::size_t rows, std::size_t columns, float const* factor,
                                     float* HWY_RESTRICT to) {
  for (std::size_t begin = 0; begin < rows; begin += lanes) {
    std::size_t const in_quads = columns_in_quads(rows - begin, columns);
    for (std::size_t j = 0; j < in_quads; j += quad)
      transpose_columns(from + j * panel + begin, hn::LoadU(Tag(), factor + begin), to + begin * columns + j, columns);
    for (std::size_t j = in_quads; j < columns; ++j)
      for (std::size_t i = begin; i < std::min(rows, begin + lanes); ++i)
        to[i * columns + j] = factor[i] * from[j * panel + i];
  }
}

}  // namespace hpcadvise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
