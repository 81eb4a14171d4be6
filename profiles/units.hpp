// SPDX-License-Identifier: Apache-2.0
#pragma once

// Base units inside (seconds, bytes, FLOP/s, hertz, watts, 1.0); scaled only here, when printed.
// Scaled values show three significant digits, after rounding: 999.9 us is "1.00 ms". What is not finite is "unknown".

#include <concepts>
#include <string>
#include <string_view>

namespace hpcadvise::profiles {

std::string format_seconds(double seconds);  // "12.3 us", "4.56 s", "2.10 h"
// Both ends as numbers, in the unit that format_seconds gives `like`: "24.8..41.1" beside "31.9 s".
std::string format_seconds_range(double low_s, double high_s, double like_s);
// Likewise of a rate, with the decimal prefix that `like` gets: "22.7..50.2" beside "45.7 GFLOP/s".
std::string format_rate_range(double low_per_s, double high_per_s, double like_per_s);
std::string format_bytes(double bytes);              // binary: "64.0 GiB"; below 1 KiB whole: "512 B"
std::string format_bytes_per_s(double bytes_per_s);  // decimal: "12.5 GB/s"
std::string format_flops_per_s(double flops_per_s);  // decimal: "192 TFLOP/s"
std::string format_count(double count);              // whole below a million: "16,384"; "6.74 B" (1e9), "1.20 T" (1e12)
std::string format_ratio_as_percent(double ratio);   // 0.415 -> "41.5 %"
// "1 step", "16,384 steps": counts as format_count does. Where the plural is not given it is the noun with an s.
std::string format_counted(double count, std::string_view noun, std::string_view plural = {});
template <std::integral Count>
std::string format_counted(Count count, std::string_view noun, std::string_view plural = {}) {
  return format_counted(static_cast<double>(count), noun, plural);
}
// Of a unit: "core-hour" -> "core-hours", "GPU-hour (of a module)" -> "GPU-hours (of a module)".
std::string plural(std::string_view unit);
// Scales a value by the prefix and unit that its key's suffix says: ("bus_bytes_per_s", 1e9) -> "1.00 GB/s".
// A key without a known unit: the bare number.
std::string format_by_suffix(std::string_view key, double value);

// "500ms", "60s", "5m", "1h", "1.5h", "90" (seconds); above zero. Throws UsageError.
double parse_duration_s(std::string_view text);

}  // namespace hpcadvise::profiles
