// SPDX-License-Identifier: Apache-2.0
#include "probes/overlap.hpp"

#include <algorithm>
#include <cmath>

namespace hpcadvise::probes {
namespace {

using profiles::Rate;
using profiles::Timing;

constexpr double cover = 2;

struct Counts {
  std::int64_t longer;
  std::int64_t shorter;
};

// As many of the shorter as one of the longer covers, at least one.
Counts covering(double longer_s, double shorter_s) {
  constexpr double most = 1000;
  double const shorter = std::clamp(std::floor(longer_s / (cover * shorter_s)), 1.0, most);
  double const longer = std::clamp(std::ceil(cover * shorter * shorter_s / longer_s), 1.0, most);
  return {std::int64_t(longer), std::int64_t(shorter)};
}

// What the covered add to the time of those that cover them, over their own time alone: x and y.
Rate added(Timing const& together, Timing const& longer, std::int64_t longer_count, Timing const& shorter,
           std::int64_t shorter_count) {
  double const shorter_s = double(shorter_count) * shorter.median_s;
  auto const share = [&](double together_s, double longer_s) {
    return std::max(0.0, (together_s - double(longer_count) * longer_s) / shorter_s);
  };
  return {.median = share(together.median_s, longer.median_s),
          .low = share(together.low_s, longer.high_s),
          .high = share(together.high_s, longer.low_s)};
}

// (1 - x y) / (1 - x) rises with x and falls with y.
Rate slowdown(Rate const& x, Rate const& y) {
  auto const of = [](double own, double other) { return (1 - own * other) / (1 - own); };
  return {.median = of(x.median, y.median), .low = of(x.low, y.high), .high = of(x.high, y.low)};
}

}  // namespace

Pair pair_of_longer_gemms(double gemm_s, double collective_s) {
  auto const counts = covering(gemm_s, collective_s);
  return {.gemms = counts.longer, .collectives = counts.shorter};
}

Pair pair_of_longer_collectives(double gemm_s, double collective_s) {
  auto const counts = covering(collective_s, gemm_s);
  return {.gemms = counts.shorter, .collectives = counts.longer};
}

Overlap overlap_of(OverlapTimes const& times) {
  auto const& [gemm, collective, gemms_cover, with_longer_gemms, collectives_cover, with_longer_collectives] = times;
  Rate const x = added(with_longer_gemms, gemm, gemms_cover.gemms, collective, gemms_cover.collectives);
  Rate const y =
      added(with_longer_collectives, collective, collectives_cover.collectives, gemm, collectives_cover.gemms);
  auto const hidden = [](double cost) { return std::max(0.0, 1 - cost); };
  Overlap overlap;
  overlap.hidden_share = {.median = hidden(x.median), .low = hidden(x.high), .high = hidden(x.low)};

  constexpr double takes_turns = 0.9;
  if (x.high > takes_turns || y.high > takes_turns) return overlap;
  Rate const a = slowdown(x, y);
  Rate const b = slowdown(y, x);
  // Of what was not covered the formulas say that it went on to the very end.
  bool const covered = b.high * double(gemms_cover.collectives) * collective.median_s < with_longer_gemms.median_s &&
                       a.high * double(collectives_cover.gemms) * gemm.median_s < with_longer_collectives.median_s;
  if (!covered) return overlap;
  overlap.gemm_slowdown = a;
  overlap.collective_slowdown = b;
  return overlap;
}

}  // namespace hpcadvise::probes
