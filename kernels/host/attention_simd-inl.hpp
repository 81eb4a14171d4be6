// SPDX-License-Identifier: Apache-2.0
// The arithmetic that forward and backward attention share. Compiled once for each SIMD target, hence the guard that
// toggles in place of #pragma once (Highway's convention for -inl files).
#if defined(HPCADVISE_KERNELS_HOST_ATTENTION_SIMD) == defined(HWY_TARGET_TOGGLE)
#ifdef HPCADVISE_KERNELS_HOST_ATTENTION_SIMD
#undef HPCADVISE_KERNELS_HOST_ATTENTION_SIMD
#else
#define HPCADVISE_KERNELS_HOST_ATTENTION_SIMD
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "kernels/host/attention_tile.hpp"

HWY_BEFORE_NAMESPACE();
namespace hpcadvise::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::ScalableTag<float>;
using V = hn::Vec<Tag>;

constexpr std::size_t lanes = hn::MaxLanes(Tag());
// rows x vectors accumulators, `vectors` of B and one of A fill, and do not overflow, 32 or 16 vector registers.
constexpr std::size_t block_vectors = 3;
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3
constexpr std::size_t block_rows = 4;
#else
constexpr std::size_t block_rows = 8;
#endif

// Element (i, p) at data[i * row + p * column]: K and K^T are one matrix with the strides exchanged.
struct Strided {
  float const* data;
  std::size_t row;
  std::size_t column;
};

enum class Store { overwrite, add };

// C[rows][vectors * lanes] (+)= A[rows][depth] B[depth][vectors * lanes]: A is broadcast, B is loaded, C lives in
// registers.
template <std::size_t rows, std::size_t vectors, Store store>
HWY_INLINE void multiply_block(Strided a, float const* HWY_RESTRICT b, std::size_t b_stride, std::size_t depth,
                               float* HWY_RESTRICT c, std::size_t c_stride) {
  Tag const d;
  V sum[rows][vectors];
#pragma GCC unroll 8
  for (std::size_t r = 0; r < rows; ++r)
#pragma GCC unroll 8
    for (std::size_t v = 0; v < vectors; ++v)
      sum[r][v] = store == Store::add ? hn::LoadU(d, c + r * c_stride + v * lanes) : hn::Zero(d);
#pragma GCC unroll 4
  for (std::size_t p = 0; p < depth; ++p) {
    V b_row[vectors];
#pragma GCC unroll 8
    for (std::size_t v = 0; v < vectors; ++v) b_row[v] = hn::LoadU(d, b + p * b_stride + v * lanes);
#pragma GCC unroll 8
    for (std::size_t r = 0; r < rows; ++r) {
      V const a_element = hn::Set(d, a.data[r * a.row + p * a.column]);
#pragma GCC unroll 8
      for (std::size_t v = 0; v < vectors; ++v) sum[r][v] = hn::MulAdd(a_element, b_row[v], sum[r][v]);
    }
  }
#pragma GCC unroll 8
  for (std::size_t r = 0; r < rows; ++r)
#pragma GCC unroll 8
    for (std::size_t v = 0; v < vectors; ++v) hn::StoreU(sum[r][v], d, c + r * c_stride + v * lanes);
}

// One column panel of C: whole blocks of rows, then ever smaller ones.
template <std::size_t rows, std::size_t vectors, Store store>
HWY_INLINE void multiply_panel(Strided a, std::size_t row_count, float const* b, std::size_t b_stride,
                               std::size_t depth, float* c, std::size_t c_stride) {
  std::size_t i = 0;
  for (; i + rows <= row_count; i += rows)
    multiply_block<rows, vectors, store>({a.data + i * a.row, a.row, a.column}, b, b_stride, depth, c + i * c_stride,
                                         c_stride);
  if constexpr (rows > 1)
    if (i < row_count)
      multiply_panel<rows / 2, vectors, store>({a.data + i * a.row, a.row, a.column}, row_count - i, b, b_stride, depth,
                                               c + i * c_stride, c_stride);
}

// C (+)= A B. B's rows must be readable up to a whole vector; C is touched in its `columns` only.
template <Store store>
HWY_NOINLINE void multiply(Strided a, std::size_t rows, float const* b, std::size_t b_stride, std::size_t depth,
                           float* c, std::size_t c_stride, std::size_t columns) {
  std::size_t j = 0;
  for (; j + block_vectors * lanes <= columns; j += block_vectors * lanes)
    multiply_panel<block_rows, block_vectors, store>(a, rows, b + j, b_stride, depth, c + j, c_stride);
  if (j + 2 * lanes <= columns) {
    multiply_panel<block_rows, 2, store>(a, rows, b + j, b_stride, depth, c + j, c_stride);
    j += 2 * lanes;
  }
  if (j + lanes <= columns) {
    multiply_panel<block_rows, 1, store>(a, rows, b + j, b_stride, depth, c + j, c_stride);
    j += lanes;
  }
  if (j == columns) return;
  for (std::size_t i = 0; i < rows; ++i) {
    HWY_ALIGN float row[lanes] = {};
    std::copy_n(c + i * c_stride + j, columns - j, row);
    multiply_block<1, 1, store>({a.data + i * a.row, a.row, a.column}, b + j, b_stride, depth, row, lanes);
    std::copy_n(row, columns - j, c + i * c_stride + j);
  }
}

// 2^x for x <= 0 (a little above is fine). Relative error below 2.5e-7 down to -126; exactly 1 at 0, exactly 0 from
// -127 down, NaN for NaN (0 in Highway's emulation without SIMD). 2^x = 2^n 2^f with n = round(x): adding 1.5 * 2^23
// rounds, and leaves n in the low bits of the sum. The polynomial is the minimax fit of 2^f on [-1/2, 1/2] with its
// constant held at 1 (relative error 9.2e-8).
HWY_INLINE V exp2_nonpositive(V x) {
  Tag const d;
  hn::RebindToSigned<Tag> const di;
  V const rounder = hn::Set(d, 12582912.0F);
  x = hn::Max(hn::Set(d, -127.0F), x);  // in this order x86 and Arm keep a NaN
  V const rounded = hn::Add(x, rounder);
  V const f = hn::Sub(x, hn::Sub(rounded, rounder));
  V p = hn::Set(d, 0.0013264738752F);
  p = hn::MulAdd(p, f, hn::Set(d, 0.0096715166676F));
  p = hn::MulAdd(p, f, hn::Set(d, 0.0555073375274F));
  p = hn::MulAdd(p, f, hn::Set(d, 0.2402224202426F));
  p = hn::MulAdd(p, f, hn::Set(d, 0.6931469775692F));
  p = hn::MulAdd(p, f, hn::Set(d, 1.0F));
  // At -127 the exponent of p = 1 becomes that of zero, and its fraction is zero already.
  return hn::BitCast(d, hn::Add(hn::BitCast(di, p), hn::ShiftLeft<23>(hn::BitCast(di, rounded))));
}

// Below every score: exp2 of it less anything sensible is exactly 0.
constexpr float masked_score = std::numeric_limits<float>::lowest();

// Queries are taken a panel at a time; a panel's matrices are [something][panel], contiguous.
constexpr std::size_t panel = block_vectors * lanes;
static_assert(query_tile % panel == 0);

// scores[key][query]: hides from each query of the panel the keys that it does not see.
HWY_INLINE void mask_scores(VisibleKeys visible, std::size_t key_begin, std::size_t keys, float* scores,
                            std::size_t stride) {
  for (std::size_t key = 0; key < keys; ++key)
    for (std::size_t i = 0; i < panel && visible.count(i) <= key_begin + key; ++i)
      scores[key * stride + i] = masked_score;
}

}  // namespace hpcadvise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
