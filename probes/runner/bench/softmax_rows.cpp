// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/bench/softmax_rows.hpp"

#include "kernels/host/simd_targets.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "probes/runner/bench/softmax_rows.cpp"
#include <hwy/foreach_target.h>

#include "kernels/host/attention_simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace hpcadvise::probes::runner::HWY_NAMESPACE {

namespace simd = hpcadvise::kernels::HWY_NAMESPACE;
namespace hn = hwy::HWY_NAMESPACE;
using simd::lanes;
using simd::Tag;
using simd::V;

void softmax(float* scores, std::size_t rows, std::size_t columns, VisibleColumns visible, float scale) {
  Tag const d;
  float const unit = scale * std::numbers::log2e_v<float>;
  for (std::size_t i = 0; i < rows; ++i) {
    float* const row = scores + i * columns;
    std::size_t const count = std::min(columns, visible.first + i * visible.step);
    std::size_t const whole = count / lanes * lanes;
    V maxima = hn::Set(d, row[0]);
    for (std::size_t j = 0; j < whole; j += lanes) maxima = hn::Max(maxima, hn::LoadU(d, row + j));
    float maximum = hn::GetLane(hn::MaxOfLanes(d, maxima));
    for (std::size_t j = whole; j < count; ++j) maximum = std::max(maximum, row[j]);

    V sums = hn::Zero(d);
    for (std::size_t j = 0; j < whole; j += lanes) {
      V const weight =
          simd::exp2_nonpositive(hn::MulAdd(hn::LoadU(d, row + j), hn::Set(d, unit), hn::Set(d, -maximum * unit)));
      sums = hn::Add(sums, weight);
      hn::StoreU(weight, d, row + j);
    }
    float sum = hn::GetLane(hn::SumOfLanes(d, sums));
    for (std::size_t j = whole; j < count; ++j) sum += row[j] = std::exp2(unit * (row[j] - maximum));

    float const inverse = 1.0F / sum;
    for (std::size_t j = 0; j < count; ++j) row[j] *= inverse;
    std::fill(row + count, row + columns, 0.0F);
  }
}

void softmax_gradient(float const* weights, float* d_weights, std::size_t rows, std::size_t columns,
                      VisibleColumns visible, float scale) {
  Tag const d;
  for (std::size_t i = 0; i < rows; ++i) {
    float const* const p = weights + i * columns;
    float* const row = d_weights + i * columns;
    std::size_t const count = std::min(columns, visible.first + i * visible.step);
    std::size_t const whole = count / lanes * lanes;
    V sums = hn::Zero(d);
    for (std::size_t j = 0; j < whole; j += lanes) sums = hn::MulAdd(hn::LoadU(d, p + j), hn::LoadU(d, row + j), sums);
    float sum = hn::GetLane(hn::SumOfLanes(d, sums));
    for (std::size_t j = whole; j < count; ++j) sum += p[j] * row[j];
    for (std::size_t j = 0; j < count; ++j) row[j] = scale * p[j] * (row[j] - sum);
    std::fill(row + count, row + columns, 0.0F);
  }
}

}  // namespace hpcadvise::probes::runner::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hpcadvise::probes::runner {

HWY_EXPORT(softmax);
HWY_EXPORT(softmax_gradient);

void softmax_rows(float* scores, std::size_t rows, std::size_t columns, VisibleColumns visible, float scale) {
  HWY_DYNAMIC_DISPATCH(softmax)(scores, rows, columns, visible, scale);
}

void softmax_gradient_rows(float const* weights, float* d_weights, std::size_t rows, std::size_t columns,
                           VisibleColumns visible, float scale) {
  HWY_DYNAMIC_DISPATCH(softmax_gradient)(weights, d_weights, rows, columns, visible, scale);
}

}  // namespace hpcadvise::probes::runner
#endif
