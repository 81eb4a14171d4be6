// SPDX-License-Identifier: Apache-2.0
#include "kernels/host/gemm_kernel.hpp"

#include "kernels/host/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/host/gemm_kernel.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first: it includes this file again for each instruction set.
#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace hpcadvise::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// The register tile: as many accumulators as leave room for a row of B and one element of A. Twelve by two vectors
// where there are 32 registers (AVX-512, AArch64), six by two where there are 16.
#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64
constexpr std::int64_t tile_rows = 12;
#else
constexpr std::int64_t tile_rows = 6;
#endif
constexpr std::int64_t tile_vectors = 2;
// Rows of B that are fetched ahead out of the second cache.
constexpr std::int64_t prefetch_distance = 16;

template <class Scalar>
constexpr std::int64_t lanes = hn::MaxLanes(hn::ScalableTag<Scalar>());
template <class Scalar>
constexpr std::int64_t tile_columns = tile_vectors* lanes<Scalar>;

// Small blocks are transposed in registers of 128 bits, which Highway's scalar target lacks.
#if HWY_TARGET == HWY_SCALAR
template <class Scalar>
constexpr std::int64_t block_size = 1;

template <class Scalar>
HWY_INLINE void transpose_block(Scalar const* source, std::int64_t, Scalar* out, std::int64_t) {
  *out = *source;
}
#else
template <class Scalar>
constexpr std::int64_t block_size = 16 / sizeof(Scalar);

HWY_INLINE void transpose_block(float const* source, std::int64_t stride, float* out, std::int64_t out_stride) {
  hn::FixedTag<float, 4> const d;
  auto const r0 = hn::LoadU(d, source);
  auto const r1 = hn::LoadU(d, source + stride);
  auto const r2 = hn::LoadU(d, source + 2 * stride);
  auto const r3 = hn::LoadU(d, source + 3 * stride);
  auto const lower01 = hn::InterleaveLower(d, r0, r1);
  auto const lower23 = hn::InterleaveLower(d, r2, r3);
  auto const upper01 = hn::InterleaveUpper(d, r0, r1);
  auto const upper23 = hn::InterleaveUpper(d, r2, r3);
  hn::StoreU(hn::ConcatLowerLower(d, lower23, lower01), d, out);
  hn::StoreU(hn::ConcatUpperUpper(d, lower23, lower01), d, out + out_stride);
  hn::StoreU(hn::ConcatLowerLower(d, upper23, upper01), d, out + 2 * out_stride);
  hn::StoreU(hn::ConcatUpperUpper(d, upper23, upper01), d, out + 3 * out_stride);
}

HWY_INLINE void transpose_block(double const* source, std::int64_t stride, double* out, std::int64_t out_stride) {
  hn::FixedTag<double, 2> const d;
  auto const r0 = hn::LoadU(d, source);
  auto const r1 = hn::LoadU(d, source + stride);
  hn::StoreU(hn::InterleaveLower(d, r0, r1), d, out);
  hn::StoreU(hn::InterleaveUpper(d, r0, r1), d, out + out_stride);
}
#endif

// A whole panel whose source runs along the depth: a transpose.
template <class Scalar, std::int64_t panel_width>
void pack_transposed(PanelSource<Scalar> const& source, Scalar* HWY_RESTRICT panel) {
  constexpr std::int64_t block = block_size<Scalar>;
  constexpr std::int64_t whole_width = panel_width / block * block;
  std::int64_t const whole_depth = source.depth / block * block;
  auto const copy = [&](std::int64_t p, std::int64_t i)
                        HWY_ATTR { panel[p * panel_width + i] = source.data[i * source.width_stride + p]; };
  for (std::int64_t p = 0; p < whole_depth; p += block) {
    for (std::int64_t i = 0; i < whole_width; i += block) {
      transpose_block(source.data + i * source.width_stride + p, source.width_stride, panel + p * panel_width + i,
                      panel_width);
    }
    for (std::int64_t q = p; q < p + block; ++q) {
      for (std::int64_t i = whole_width; i < panel_width; ++i) copy(q, i);
    }
  }
  for (std::int64_t p = whole_depth; p < source.depth; ++p) {
    for (std::int64_t i = 0; i < panel_width; ++i) copy(p, i);
  }
}

template <class Scalar, std::int64_t panel_width>
void pack(PanelSource<Scalar> const& source, Scalar* HWY_RESTRICT panel) {
  if (source.width == panel_width && source.depth_stride == 1) {
    pack_transposed<Scalar, panel_width>(source, panel);
  } else if (source.width == panel_width) {
    for (std::int64_t p = 0; p < source.depth; ++p) {
      Scalar const* const row = source.data + p * source.depth_stride;
      for (std::int64_t i = 0; i < panel_width; ++i) panel[p * panel_width + i] = row[i * source.width_stride];
    }
  } else {
    for (std::int64_t p = 0; p < source.depth; ++p) {
      for (std::int64_t i = 0; i < panel_width; ++i) {
        panel[p * panel_width + i] =
            i < source.width ? source.data[i * source.width_stride + p * source.depth_stride] : Scalar{0};
      }
    }
  }
}

// The register tile. Loops over constants are unrolled whole, so that `sum` lives in registers.
template <class Scalar>
HWY_INLINE void multiply_register_tile(Scalar const* HWY_RESTRICT a, Scalar const* HWY_RESTRICT b, std::int64_t depth,
                                       Scalar* HWY_RESTRICT c, std::int64_t c_row_stride, bool accumulate) {
  hn::ScalableTag<Scalar> const d;
  using Vector = hn::Vec<decltype(d)>;
  constexpr std::int64_t width = lanes<Scalar>;

  Vector sum[tile_rows][tile_vectors];
  HWY_UNROLL(16)
  for (std::int64_t i = 0; i < tile_rows; ++i) {
    HWY_UNROLL(4)
    for (std::int64_t v = 0; v < tile_vectors; ++v) {
      sum[i][v] = hn::Zero(d);
      hwy::Prefetch(c + i * c_row_stride + v * width);
    }
  }
  for (std::int64_t p = 0; p < depth; ++p) {
    Vector b_row[tile_vectors];
    HWY_UNROLL(4)
    for (std::int64_t v = 0; v < tile_vectors; ++v) {
      b_row[v] = hn::LoadU(d, b + v * width);
      hwy::Prefetch(b + prefetch_distance * tile_columns<Scalar> + v * width);
    }
    HWY_UNROLL(16)
    for (std::int64_t i = 0; i < tile_rows; ++i) {
      auto const a_element = hn::Set(d, a[i]);
      HWY_UNROLL(4)
      for (std::int64_t v = 0; v < tile_vectors; ++v) sum[i][v] = hn::MulAdd(a_element, b_row[v], sum[i][v]);
    }
    a += tile_rows;
    b += tile_columns<Scalar>;
  }
  HWY_UNROLL(16)
  for (std::int64_t i = 0; i < tile_rows; ++i) {
    HWY_UNROLL(4)
    for (std::int64_t v = 0; v < tile_vectors; ++v) {
      Scalar* const out = c + i * c_row_stride + v * width;
      hn::StoreU(accumulate ? hn::Add(hn::LoadU(d, out), sum[i][v]) : sum[i][v], d, out);
    }
  }
}

// A register tile over the edge of C: into a buffer, and from there what is inside.
template <class Scalar>
HWY_NOINLINE void multiply_edge_tile(Scalar const* a, Scalar const* b, std::int64_t depth, Scalar* c,
                                     std::int64_t c_row_stride, std::int64_t rows, std::int64_t columns,
                                     bool accumulate) {
  HWY_ALIGN Scalar buffer[tile_rows * tile_columns<Scalar>];
  multiply_register_tile<Scalar>(a, b, depth, buffer, tile_columns<Scalar>, false);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      Scalar const value = buffer[i * tile_columns<Scalar> + j];
      Scalar& out = c[i * c_row_stride + j];
      out = accumulate ? out + value : value;
    }
  }
}

// A's panel stays in the first cache while B's panels pass by out of the second.
template <class Scalar>
void multiply(PackedProduct<Scalar> const& product) {
  for (std::int64_t i = 0; i < product.rows; i += tile_rows) {
    Scalar const* const a = product.a + i / tile_rows * product.a_panel_stride;
    std::int64_t const rows = HWY_MIN(tile_rows, product.rows - i);
    for (std::int64_t j = 0; j < product.columns; j += tile_columns<Scalar>) {
      Scalar const* const b = product.b + j / tile_columns<Scalar> * product.b_panel_stride;
      std::int64_t const columns = HWY_MIN(tile_columns<Scalar>, product.columns - j);
      Scalar* const c = product.c + i * product.c_row_stride + j;
      if (rows == tile_rows && columns == tile_columns<Scalar>) {
        multiply_register_tile(a, b, product.depth, c, product.c_row_stride, product.accumulate);
      } else {
        multiply_edge_tile(a, b, product.depth, c, product.c_row_stride, rows, columns, product.accumulate);
      }
    }
  }
}

template <class Scalar>
GemmKernel<Scalar> kernel() {
  return {.panel_rows = tile_rows,
          .panel_columns = tile_columns<Scalar>,
          .pack_rows = pack<Scalar, tile_rows>,
          .pack_columns = pack<Scalar, tile_columns<Scalar>>,
          .multiply = multiply<Scalar>};
}

GemmKernel<float> kernel_fp32() { return kernel<float>(); }
GemmKernel<double> kernel_fp64() { return kernel<double>(); }

}  // namespace
}  // namespace hpcadvise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hpcadvise::kernels {

HWY_EXPORT(kernel_fp32);
HWY_EXPORT(kernel_fp64);

template <>
GemmKernel<float> gemm_kernel<float>() {
  return HWY_DYNAMIC_DISPATCH(kernel_fp32)();
}

template <>
GemmKernel<double> gemm_kernel<double>() {
  return HWY_DYNAMIC_DISPATCH(kernel_fp64)();
}

}  // namespace hpcadvise::kernels
#endif
