// SPDX-License-Identifier: Apache-2.0
#pragma once

// Base units inside (seconds, bytes, FLOP/s, hertz, watts, 1.0); scaled only here, when printed.

#include <string>
#include <string_view>

namespace hpcadvise::profiles {

std::string format_seconds(double seconds);          // "12.3 us", "4.56 s", "2.1 h"
std::string format_bytes(double bytes);              // binary: "64.0 GiB"
std::string format_bytes_per_s(double bytes_per_s);  // decimal: "12.5 GB/s"
std::string format_flops_per_s(double flops_per_s);  // "191.5 TFLOP/s"
std::string format_count(double count);              // "6.74 B", "1,024"
std::string format_ratio_as_percent(double ratio);   // 0.415 -> "41.5 %"
// Scales a value by the prefix and unit that its key's suffix says: ("bus_bytes_per_s", 1e9) -> "1.00 GB/s".
std::string format_by_suffix(std::string_view key, double value);

// "60s", "5m", "1h", "1.5h", "90" (seconds). Throws UsageError.
double parse_duration_s(std::string_view text);

}  // namespace hpcadvise::profiles
