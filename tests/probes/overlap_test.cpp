// SPDX-License-Identifier: Apache-2.0
#include "probes/overlap.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

profiles::Timing timing(double median_s, double half_width = 0) {
  profiles::Timing result;
  result.median_s = median_s;
  result.low_s = median_s * (1 - half_width);
  result.high_s = median_s * (1 + half_width);
  return result;
}

// What a device shows on which a collective slows multiplications `gemm_slowdown` times and these slow it down
// `collective_slowdown` times, told by walking through time: both until one is done, then the other alone.
OverlapTimes times_of(double gemm_s, double collective_s, double gemm_slowdown, double collective_slowdown,
                      double cover = 2) {
  auto const together_s = [&](Pair const& pair) {
    double const gemms_s = double(pair.gemms) * gemm_s;
    double const collectives_s = double(pair.collectives) * collective_s;
    double const beside_s = std::min(gemms_s * gemm_slowdown, collectives_s * collective_slowdown);
    return beside_s + (gemms_s - beside_s / gemm_slowdown) + (collectives_s - beside_s / collective_slowdown);
  };
  OverlapTimes times{.gemm = timing(gemm_s),
                     .collective = timing(collective_s),
                     .longer_gemms = pair_of_longer_gemms(gemm_s, collective_s, cover),
                     .with_longer_gemms = {},
                     .longer_collectives = pair_of_longer_collectives(gemm_s, collective_s, cover),
                     .with_longer_collectives = {}};
  times.with_longer_gemms = timing(together_s(times.longer_gemms));
  times.with_longer_collectives = timing(together_s(times.longer_collectives));
  return times;
}

}  // namespace

TEST_CASE("A pair covers one kind of work by as much more of the other as was asked for", "[overlap]") {
  auto const long_gemm = pair_of_longer_gemms(10, 1, 2);
  CHECK(long_gemm.gemms == 1);
  CHECK(long_gemm.collectives == 5);
  auto const long_collective = pair_of_longer_gemms(1, 2.2, 2);
  CHECK(long_collective.gemms == 5);  // 4.4 at least
  CHECK(long_collective.collectives == 1);
  auto const reversed = pair_of_longer_collectives(10, 1, 2);
  CHECK(reversed.gemms == 1);
  CHECK(reversed.collectives == 20);
  for (double const cover : {2.0, 8.0})
    for (double const ratio : {1e-9, 0.1, 0.7, 1.0, 3.3, 1e9}) {
      CAPTURE(ratio, cover);
      auto const pair = pair_of_longer_gemms(ratio, 1, cover);
      CHECK(pair.gemms >= 1);
      CHECK(pair.gemms <= 1000);
      CHECK(pair.collectives >= 1);
      CHECK(pair.collectives <= 1000);
      if (ratio > 0.01) CHECK(double(pair.gemms) * ratio >= cover * double(pair.collectives));
    }
}

TEST_CASE("Work that does not disturb the other hides all of it", "[overlap]") {
  auto const overlap = overlap_of(times_of(1.5e-3, 1e-3, 1, 1));
  REQUIRE(overlap);
  CHECK_THAT(overlap->hidden_share.median, WithinRel(1.0));
  CHECK_THAT(overlap->hidden_gemm_share.median, WithinRel(1.0));
  REQUIRE(overlap->gemm_slowdown);
  CHECK_THAT(overlap->gemm_slowdown->median, WithinRel(1.0));
  CHECK_THAT(overlap->collective_slowdown->median, WithinRel(1.0));
}

TEST_CASE("Both slowdowns are found from times alone and together", "[overlap]") {
  struct Row {
    double gemm_s;
    double collective_s;
    double gemm_slowdown;
    double collective_slowdown;
  };
  for (Row const& row : {Row{1, 1, 1.1, 1.2}, Row{1e-3, 7e-3, 1.05, 1.8}, Row{5e-3, 1e-4, 1.5, 1.0},
                         Row{2e-3, 3e-3, 1.25, 1.25}, Row{1, 1, 1.6, 1.9}}) {
    CAPTURE(row.gemm_s, row.collective_s, row.gemm_slowdown, row.collective_slowdown);
    auto const overlap = overlap_of(times_of(row.gemm_s, row.collective_s, row.gemm_slowdown, row.collective_slowdown));
    REQUIRE(overlap);
    // While a collective that takes C alone goes on for b C, the multiplications fall behind by b C (1 - 1 / a).
    CHECK_THAT(overlap->hidden_share.median,
               WithinRel(1 - row.collective_slowdown * (1 - 1 / row.gemm_slowdown), 1e-9));
    CHECK_THAT(overlap->hidden_gemm_share.median,
               WithinRel(1 - row.gemm_slowdown * (1 - 1 / row.collective_slowdown), 1e-9));
    REQUIRE(overlap->gemm_slowdown);
    CHECK_THAT(overlap->gemm_slowdown->median, WithinRel(row.gemm_slowdown, 1e-9));
    CHECK_THAT(overlap->collective_slowdown->median, WithinRel(row.collective_slowdown, 1e-9));
  }
}

TEST_CASE("Work that takes turns hides nothing, and does not say who waited", "[overlap]") {
  auto const turns = overlap_of(times_of(1, 1, 2, 2));  // each at half its speed
  REQUIRE(turns);
  CHECK_THAT(turns->hidden_share.median, WithinAbs(0, 1e-12));
  CHECK_FALSE(turns->gemm_slowdown);
  CHECK_FALSE(turns->collective_slowdown);

  auto worse = times_of(1, 1, 2, 2);
  worse.with_longer_gemms = timing(5);
  REQUIRE(overlap_of(worse));
  CHECK(overlap_of(worse)->hidden_share.median == 0);
  CHECK(overlap_of(worse)->hidden_share.high == 0);
}

TEST_CASE("Nothing is said where what should have been covered was not, until more covers it", "[overlap]") {
  struct Row {
    double gemm_s;
    double gemm_slowdown;
    double collective_slowdown;
  };
  // Collectives at a third of their speed and less outlast what takes twice their time alone.
  for (Row const& row : {Row{1, 1.05, 4}, Row{0.3, 1, 3}, Row{1, 1.1, 3.4}, Row{1, 1, 2.5}, Row{2, 1, 12}}) {
    CAPTURE(row.gemm_s, row.gemm_slowdown, row.collective_slowdown);
    auto const times = [&](double cover) {
      return times_of(row.gemm_s, 1, row.gemm_slowdown, row.collective_slowdown, cover);
    };
    CHECK_FALSE(overlap_of(times(2)));
    auto const overlap = overlap_of(times(16));
    REQUIRE(overlap);
    CHECK_THAT(overlap->hidden_share.median,
               WithinAbs(1 - row.collective_slowdown * (1 - 1 / row.gemm_slowdown), 1e-9));
  }
}

TEST_CASE("Intervals of the times are intervals of the share and the slowdowns", "[overlap]") {
  auto times = times_of(1, 1, 1.2, 1.3);
  for (auto* const each : {&times.gemm, &times.collective, &times.with_longer_gemms, &times.with_longer_collectives})
    *each = timing(each->median_s, 0.01);
  auto const overlap = overlap_of(times);
  REQUIRE(overlap);
  // 2 multiplications of 1 s and a collective: both times are uncertain by 1 %, 0.02 s and 0.022 s of 1 s.
  double const median = 1 - 1.3 * (1 - 1 / 1.2);
  CHECK_THAT(overlap->hidden_share.median, WithinRel(median, 1e-9));
  double const together_s = 2 + (1 - median);
  CHECK_THAT(overlap->hidden_share.high - median, WithinRel(0.02 + 0.01 * together_s, 1e-6));
  CHECK_THAT(median - overlap->hidden_share.low, WithinRel(0.02 + 0.01 * together_s, 1e-6));
  REQUIRE(overlap->gemm_slowdown);
  CHECK(overlap->gemm_slowdown->low < 1.2);
  CHECK(overlap->gemm_slowdown->high > 1.2);
  CHECK(overlap->collective_slowdown->low < 1.3);
  CHECK(overlap->collective_slowdown->high > 1.3);
}
