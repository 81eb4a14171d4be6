// SPDX-License-Identifier: Apache-2.0
#pragma once

// Measured steps of training runs on one machine beside what was predicted for them: what a calibration rests on.
// docs/verify.md lists every key of the file; profiles/calibration.schema.json checks it.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::profiles {

inline constexpr int calibration_schema_version = 1;

struct TimeInterval {
  double median_s = 0;
  double low_s = 0;
  double high_s = 0;
};

// Why a prediction may be off beside what holds for any plan: standard deviations of its log by name. The reasons are
// independent of each other.
using Doubts = std::map<std::string, double>;

// One run. Predictions are those without any calibration.
struct CalibrationAnchor {
  std::string plan{};  // as --plan takes it
  std::string model{};
  std::optional<double> parameter_count{};  // absent in files of older versions
  std::int64_t sequence_length = 0;
  std::string precision{};
  std::int64_t device_count = 0;
  std::string framework{};   // the kind that the prediction took
  TimeInterval measured{};   // the 95 % interval of the median
  TimeInterval predicted{};  // 10th to 90th percentile
  Doubts doubts{};           // none in files of older versions
  std::string log_file{};    // its name alone
  std::string log_sha256{};  // of the bytes that were read
  std::string log_format{};
  std::string date_utc{};  // of the reading: "2026-11-22T13:01:00Z"
  std::string tool_version{};
};

struct Calibration {
  std::string machine;
  std::vector<CalibrationAnchor> anchors;  // in the order they were added
};

// Throws FileError with the JSON pointer: what is missing or wrong, another schema_version, a time that is not above 0.
Calibration read_calibration(std::filesystem::path const& file);
// Atomic, as write_profile.
void write_calibration(Calibration const& calibration, std::filesystem::path const& file);

// The JSON Schema that ships, as text.
std::string_view calibration_schema();

}  // namespace hpcadvise::profiles
