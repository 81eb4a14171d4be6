// SPDX-License-Identifier: Apache-2.0
#include "probes/overlap.hpp"

#include <algorithm>
#include <cmath>

namespace hpcadvise::probes {
namespace {

using profiles::Rate;
using profiles::Timing;

struct Counts {
  std::int64_t longer;
  std::int64_t shorter;
};

// As many of the shorter as one of the longer covers, at least one.
Counts covering(double longer_s, double shorter_s, double cover) {
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

Rate hidden(Rate const& cost) {
  auto const rest = [](double share) { return std::max(0.0, 1 - share); };
  return {.median = rest(cost.median), .low = rest(cost.high), .high = rest(cost.low)};
}

// Of what was not covered the formulas say that it ended with its pair.
bool ends_before(Rate const& slowdown, double alone_s, Timing const& together) {
  constexpr double well_before = 0.95;
  return slowdown.median * alone_s < well_before * together.median_s;
}

}  // namespace

Pair pair_of_longer_gemms(double gemm_s, double collective_s, double cover) {
  auto const counts = covering(gemm_s, collective_s, cover);
  return {.gemms = counts.longer, .collectives = counts.shorter};
}

Pair pair_of_longer_collectives(double gemm_s, double collective_s, double cover) {
  auto const counts = covering(collective_s, gemm_s, cover);
  return {.gemms = counts.shorter, .collectives = counts.longer};
}

std::optional<Overlap> overlap_of(OverlapTimes const& times) {
  auto const& gemm = times.gemm;
  auto const& collective = times.collective;
  Rate const x =
      added(times.with_longer_gemms, gemm, times.longer_gemms.gemms, collective, times.longer_gemms.collectives);
  Rate const y = added(times.with_longer_collectives, collective, times.longer_collectives.collectives, gemm,
                       times.longer_collectives.gemms);
  Overlap overlap{.hidden_share = hidden(x),
                  .hidden_gemm_share = hidden(y),
                  .gemm_slowdown = std::nullopt,
                  .collective_slowdown = std::nullopt};
  constexpr double takes_turns = 0.9;
  if (x.median > takes_turns && y.median > takes_turns) return overlap;
  if (x.median >= 1 || y.median >= 1) return std::nullopt;
  Rate const a = slowdown(x, y);
  Rate const b = slowdown(y, x);
  if (!ends_before(b, double(times.longer_gemms.collectives) * collective.median_s, times.with_longer_gemms) ||
      !ends_before(a, double(times.longer_collectives.gemms) * gemm.median_s, times.with_longer_collectives))
    return std::nullopt;
  if (x.high < takes_turns && y.high < takes_turns) {
    overlap.gemm_slowdown = a;
    overlap.collective_slowdown = b;
  }
  return overlap;
}

}  // namespace hpcadvise::probes
