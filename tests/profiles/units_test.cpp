// SPDX-License-Identifier: Apache-2.0
#include "profiles/units.hpp"

#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>

using namespace hpcadvise::profiles;

TEST_CASE("A unit's plural is that of its first word", "[units]") {
  CHECK(plural("core-hour") == "core-hours");
  CHECK(plural("GPU-hour (one MI250X module for an hour)") == "GPU-hours (one MI250X module for an hour)");
}

TEST_CASE("Times are shown with three significant digits in the unit that fits", "[units]") {
  CHECK(format_seconds(12.3e-6) == "12.3 us");
  CHECK(format_seconds(1e-9) == "1.00 ns");
  CHECK(format_seconds(0.25e-9) == "0.250 ns");
  CHECK(format_seconds(4.56) == "4.56 s");
  CHECK(format_seconds(90) == "90.0 s");
  CHECK(format_seconds(150) == "2.50 min");
  CHECK(format_seconds(7560) == "2.10 h");
  CHECK(format_seconds(864000) == "10.0 days");
  CHECK(format_seconds(864000000) == "10000 days");
}

TEST_CASE("A value that rounds up to the next unit is shown in it", "[units]") {
  CHECK(format_seconds(999.4e-6) == "999 us");
  CHECK(format_seconds(999.6e-6) == "1.00 ms");
  CHECK(format_seconds(9.996) == "10.0 s");
  CHECK(format_seconds(99.96) == "100 s");
  CHECK(format_seconds(119.4) == "119 s");
  CHECK(format_seconds(119.6) == "1.99 min");
  CHECK(format_bytes(1023.4 * 1024) == "1023 KiB");
  CHECK(format_bytes(1023.6 * 1024) == "1.00 MiB");
  CHECK(format_flops_per_s(999.6e9) == "1.00 TFLOP/s");
  CHECK(format_count(999'999) == "999,999");
  CHECK(format_count(999'999.7) == "1.00 M");
  CHECK(format_count(999.6e6) == "1.00 B");
}

TEST_CASE("Zero, negative and non-finite values have a form of their own", "[units]") {
  CHECK(format_seconds(0) == "0 s");
  CHECK(format_seconds(-1.5e-3) == "-1.50 ms");
  CHECK(format_bytes(0) == "0 B");
  CHECK(format_bytes(-2048) == "-2.00 KiB");
  CHECK(format_flops_per_s(0) == "0 FLOP/s");
  CHECK(format_count(0) == "0");
  CHECK(format_count(-16384) == "-16,384");
  CHECK(format_ratio_as_percent(0) == "0 %");
  double const nan = std::numeric_limits<double>::quiet_NaN();
  double const infinity = std::numeric_limits<double>::infinity();
  for (double const value : {nan, infinity, -infinity}) {
    CHECK(format_seconds(value) == "unknown");
    CHECK(format_bytes(value) == "unknown");
    CHECK(format_bytes_per_s(value) == "unknown");
    CHECK(format_flops_per_s(value) == "unknown");
    CHECK(format_count(value) == "unknown");
    CHECK(format_ratio_as_percent(value) == "unknown");
    CHECK(format_by_suffix("median_s", value) == "unknown");
  }
}

TEST_CASE("Sizes are binary and rates are decimal", "[units]") {
  CHECK(format_bytes(512) == "512 B");
  CHECK(format_bytes(64.0 * (1u << 30)) == "64.0 GiB");
  CHECK(format_bytes(1e300).ends_with(" PiB"));
  CHECK(format_bytes_per_s(12.5e9) == "12.5 GB/s");
  CHECK(format_bytes_per_s(1e3) == "1.00 kB/s");
  CHECK(format_flops_per_s(191.5e12) == "192 TFLOP/s");
}

TEST_CASE("Counts are whole below a million and scaled above", "[units]") {
  CHECK(format_count(1024) == "1,024");
  CHECK(format_count(100) == "100");
  CHECK(format_count(0.125) == "0.125");
  CHECK(format_count(12.34) == "12.3");
  CHECK(format_count(6.74e9) == "6.74 B");
  CHECK(format_count(15e12) == "15.0 T");
}

TEST_CASE("A ratio of 1.0 is 100 %", "[units]") {
  CHECK(format_ratio_as_percent(1) == "100 %");
  CHECK(format_ratio_as_percent(0.415) == "41.5 %");
  CHECK(format_ratio_as_percent(0.00123) == "0.123 %");
}

TEST_CASE("A key's suffix says how its value is shown", "[units]") {
  CHECK(format_by_suffix("bus_bytes_per_s", 1e9) == "1.00 GB/s");
  CHECK(format_by_suffix("flops_per_s", 2e12) == "2.00 TFLOP/s");
  CHECK(format_by_suffix("tokens_per_s", 2500) == "2.50 k/s");
  CHECK(format_by_suffix("message_bytes", 1 << 20) == "1.00 MiB");
  CHECK(format_by_suffix("work_flops", 8e9) == "8.00 GFLOP");
  CHECK(format_by_suffix("median_s", 0.001) == "1.00 ms");
  CHECK(format_by_suffix("clock_hz", 2.5e9) == "2.50 GHz");
  CHECK(format_by_suffix("power_w", 300) == "300 W");
  CHECK(format_by_suffix("energy_j", 12.5) == "12.5 J");
  // "ranks" ends in an s, but has no unit.
  CHECK(format_by_suffix("ranks", 16384) == "16,384");
}

TEST_CASE("A duration is a number and a unit", "[units]") {
  CHECK(parse_duration_s("90") == 90);
  CHECK(parse_duration_s("60s") == 60);
  CHECK(parse_duration_s("500ms") == 0.5);
  CHECK(parse_duration_s("5m") == 300);
  CHECK(parse_duration_s("1.5h") == 5400);
  for (auto const* const text :
       {"", "s", "-5s", "0", "0s", "5x", "5 s", "s5", "nan", "inf", "1e400", "1e308h", "5s5"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_duration_s(text), UsageError);
  }
}

TEST_CASE("A range is printed in the unit of the value it belongs to") {
  CHECK(format_seconds_range(24.8, 41.1, 31.9) == "24.8..41.1");
  CHECK(format_seconds_range(107, 169.2, 134.4) == "1.78..2.82");  // 2.24 min
  CHECK(format_seconds_range(0.026, 0.0431, 0.0334) == "26.0..43.1");
  CHECK(format_seconds_range(1, std::numeric_limits<double>::infinity(), 1) == "unknown");
  CHECK(format_rate_range(22.7e9, 50.2e9, 45.7e9) == "22.7..50.2");
  CHECK(format_rate_range(0.9e9, 1.1e12, 45.7e9) == "0.900..1100");
}

TEST_CASE("What is counted is named in the singular when it is one") {
  CHECK(format_counted(1, "step") == "1 step");
  CHECK(format_counted(0, "step") == "0 steps");
  CHECK(format_counted(16384, "step") == "16,384 steps");
  CHECK(format_counted(1, "micro-batch", "micro-batches") == "1 micro-batch");
  CHECK(format_counted(2, "micro-batch", "micro-batches") == "2 micro-batches");
}
