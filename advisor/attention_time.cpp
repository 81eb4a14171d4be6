// SPDX-License-Identifier: Apache-2.0
#include "advisor/constants.hpp"
#include "advisor/rates.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <vector>

namespace hpcadvise::advisor {
namespace {

// The backward pass recomputes the scores and makes four more products of the forward's two (FlashAttention-2,
// section 4.1: 2.5 times the forward FLOPs).
constexpr double backward_work = 2.5;

double real(std::int64_t value) { return static_cast<double>(value); }

double fused_flops(AttentionOperator const& attention, Direction direction) {
  return attention_forward_flops(attention) * (direction == Direction::forward ? 1 : backward_work);
}

using RateByLength = std::map<std::int64_t, double>;

// The rate's logarithm, linear in the logarithm of the length; beyond both ends as at them.
double rate_at(RateByLength const& rates, std::int64_t length) {
  auto const above = rates.lower_bound(length);
  if (above == rates.begin()) return above->second;
  auto const below = std::prev(above);
  if (above == rates.end()) return below->second;
  double const share = std::log(real(length) / real(below->first)) / std::log(real(above->first) / real(below->first));
  return std::exp(std::lerp(std::log(below->second), std::log(above->second), share));
}

// Of the published rate, what heads of this size and sequences of this length leave.
double published_share(AttentionRates const& rates, std::int64_t head_size, std::int64_t length) {
  // Between heads of 64 and of 128; larger ones run as 128 does.
  double const size = std::clamp(real(head_size), 64.0, 128.0);
  double const head_factor = std::lerp(constants::attention_small_head_factor.value, 1.0, (size - 64) / 64);
  return head_factor / (1 + rates.half_length / real(length));
}

// As measured with this mask, else with the other, flagged, and the nearest head size. Beyond what was measured the
// published form goes on from the nearest point; of a device without one the nearest rate stays, flagged.
TimedOperator measured_time(AttentionRates const& published, std::vector<AttentionPoint> const& points,
                            AttentionOperator const& attention, Direction direction) {
  bool const same_mask = std::any_of(points.begin(), points.end(),
                                     [&](AttentionPoint const& point) { return point.causal == attention.causal; });
  std::map<std::int64_t, RateByLength> by_head_size;
  for (AttentionPoint const& point : points) {
    if ((point.causal == attention.causal) != same_mask) continue;
    double& rate = by_head_size[point.head_size][point.length];
    rate = std::max(rate, point.flops_per_s);
  }
  auto const distance = [&](auto const& row) {
    return std::abs(std::log(real(row.first) / real(attention.head_size)));
  };
  auto const& [head_size, rates] =
      *std::min_element(by_head_size.begin(), by_head_size.end(),
                        [&](auto const& left, auto const& right) { return distance(left) < distance(right); });
  auto const inside = [](auto const& map, std::int64_t value) {
    return map.begin()->first <= value && value <= map.rbegin()->first;
  };
  std::int64_t const length = attention.query_length;
  double const time_s = fused_flops(attention, direction) / rate_at(rates, length);
  bool const size_measured = inside(by_head_size, attention.head_size);
  if (published.half_length == 0) return {time_s, !same_mask || !size_measured || !inside(rates, length)};
  std::int64_t const nearest = std::clamp(length, rates.begin()->first, rates.rbegin()->first);
  double const beyond = published_share(published, head_size, nearest) /
                        published_share(published, size_measured ? head_size : attention.head_size, length);
  return {time_s * beyond, !same_mask};
}

double published_time_s(AttentionRates const& rates, AttentionOperator const& attention, Direction direction) {
  double const rate = direction == Direction::forward ? rates.forward_flops_per_s : rates.backward_flops_per_s;
  return fused_flops(attention, direction) /
         (rate * published_share(rates, attention.head_size, attention.query_length));
}

TimedOperator fused_time(AttentionRates const& rates, AttentionOperator const& attention, Direction direction) {
  auto const& points = direction == Direction::forward ? rates.forward_points : rates.backward_points;
  if (!points.empty()) return measured_time(rates, points, attention, direction);
  return {published_time_s(rates, attention, direction), false};
}

double unfused_time_s(Machine const& machine, AttentionOperator const& attention, Direction direction,
                      profiles::Precision precision) {
  double const scores = attention_scores(attention);
  double const gemm_flops = 4 * scores * real(attention.head_size);  // the mask saves nothing
  double const efficiency =
      attention.head_size % 8 == 0 ? machine.fitted.batched_gemm_factor : constants::misaligned_gemm_factor;
  double const gemm_s = gemm_flops / (efficiency * gemm_rates(machine, precision).plateau_flops_per_s);
  if (direction == Direction::forward)
    return gemm_s +
           scores * machine.fitted.softmax_factor * constants::softmax_forward_bytes / machine.memory_bytes_per_s;
  return 2 * gemm_s +
         scores * machine.fitted.softmax_factor * constants::softmax_backward_bytes / machine.memory_bytes_per_s;
}

}  // namespace

bool has_fused_attention(Machine const& machine, AttentionKernel kernel) {
  return kernel != AttentionKernel::unfused && machine.attention.forward_flops_per_s > 0 &&
         machine.attention.backward_flops_per_s > 0;
}

TimedOperator attention_time(Machine const& machine, AttentionOperator const& attention, Direction direction,
                             profiles::Precision precision, AttentionKernel kernel) {
  if (has_fused_attention(machine, kernel)) return fused_time(machine.attention, attention, direction);
  return {unfused_time_s(machine, attention, direction, precision), false};
}

double elementwise_time_s(Machine const& machine, double bytes) { return bytes / machine.memory_bytes_per_s; }

}  // namespace hpcadvise::advisor
