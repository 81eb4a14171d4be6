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

// As measured with this mask, else with the other, and the nearest head size: no factor from published figures.
TimedOperator measured_time(std::vector<AttentionPoint> const& points, AttentionOperator const& attention,
                            Direction direction) {
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
  bool const measured = same_mask && inside(by_head_size, attention.head_size) && inside(rates, attention.query_length);
  return {fused_flops(attention, direction) / rate_at(rates, attention.query_length), !measured};
}

double published_time_s(AttentionRates const& rates, AttentionOperator const& attention, Direction direction) {
  // Between heads of 64 and of 128; larger ones run as 128 does.
  double const head_size = std::clamp(real(attention.head_size), 64.0, 128.0);
  double const head_factor = std::lerp(constants::attention_small_head_factor.value, 1.0, (head_size - 64) / 64);
  double const length_factor = 1 / (1 + rates.half_length / real(attention.query_length));
  double const rate = direction == Direction::forward ? rates.forward_flops_per_s : rates.backward_flops_per_s;
  return fused_flops(attention, direction) / (rate * head_factor * length_factor);
}

TimedOperator fused_time(AttentionRates const& rates, AttentionOperator const& attention, Direction direction) {
  auto const& points = direction == Direction::forward ? rates.forward_points : rates.backward_points;
  if (!points.empty()) return measured_time(points, attention, direction);
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

bool has_fused_attention(Machine const& machine, bool flash) {
  return flash && machine.attention.forward_flops_per_s > 0 && machine.attention.backward_flops_per_s > 0;
}

TimedOperator attention_time(Machine const& machine, AttentionOperator const& attention, Direction direction,
                             profiles::Precision precision, bool flash) {
  if (has_fused_attention(machine, flash)) return fused_time(machine.attention, attention, direction);
  return {unfused_time_s(machine, attention, direction, precision), false};
}

double elementwise_time_s(Machine const& machine, double bytes) { return bytes / machine.memory_bytes_per_s; }

}  // namespace hpcadvise::advisor
