// SPDX-License-Identifier: Apache-2.0
#pragma once

// One measured point of a profile: what was asked, how long it took, how sure that is.
// Probes differ only in their parameters and in the rates they derive, so one struct serves all.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hpcadvise::profiles {

using ParameterValue = std::variant<bool, std::int64_t, double, std::string>;
// Ordered by name, so that output is deterministic. Units are suffixes: "message_bytes".
using Parameters = std::map<std::string, ParameterValue>;

enum class StopReason {
  converged,   // the confidence interval is narrower than the target
  time_limit,  // the sample's share of the budget was spent first
  count_limit  // the largest number of readings was reached first
};

// What the readings of one start of the runner say alone. The interval is the 95 % confidence interval of the median
// from order statistics, which assumes independent readings and nothing about their distribution.
struct Pass {
  double median_s = 0;
  double low_s = 0;
  double high_s = 0;
  std::int64_t count = 0;
  std::int64_t calls_per_reading = 1;
  StopReason stop = StopReason::converged;

  double relative_half_width() const { return median_s > 0 ? (high_s - low_s) / 2 / median_s : 0; }
};

// Whose differences an interval covers beyond its own readings.
enum class WidenedBy {
  nothing,      // it is that of one start of the runner
  sentinel,     // how one sample moved during one start of the runner
  all_repeats,  // how the samples of all probes repeat in another start
  repeats       // how those of its own probe do
};

// Times of one call, of all passes. The interval covers those of the passes, and what `widened_by` says.
struct Timing {
  double median_s = 0;
  double low_s = 0;
  double high_s = 0;
  double minimum_s = 0;
  double p10_s = 0;
  double p25_s = 0;
  double p75_s = 0;
  double p90_s = 0;
  std::int64_t count = 0;                   // readings
  std::int64_t calls_per_reading = 1;       // a reading of a short body times several calls; of the first pass
  double total_s = 0;                       // time spent, warm-up included
  StopReason stop = StopReason::converged;  // of the first pass
  std::vector<double> readings_s;           // in the order taken, each divided by its pass's calls_per_reading
  std::vector<Pass> passes{};               // each start of the runner; empty in files that do not say
  std::optional<WidenedBy> widened_by{};    // absent in files that do not say

  // Half the interval's width over the median: 0.01 is +-1 %.
  double relative_half_width() const { return median_s > 0 ? (high_s - low_s) / 2 / median_s : 0; }
};

// A rate derived from a timing: low comes from high_s and high from low_s.
struct Rate {
  double median = 0;
  double low = 0;
  double high = 0;
};

Rate rate_of(double work, Timing const& timing);

// How far the answer was from a higher-precision reference, and how far it may be.
struct Correctness {
  double relative_error = 0;  // Frobenius norm of the difference over that of the reference
  double bound = 0;
};

enum class SampleStatus {
  ok,
  wrong,       // the answer was outside its bound: never timed
  impossible,  // faster than the device's peak allows: not believed
  failed,      // an error, out of memory included
  timed_out,   // the watchdog ended it
  crashed,     // the runner died in it
  skipped      // this machine cannot, or the budget was spent
};

struct Sample {
  std::string probe;     // "gemm"
  std::string provider;  // "kokkos", "openblas", "mpi"
  Parameters parameters;
  SampleStatus status = SampleStatus::ok;
  std::string reason;  // why the status is not ok; empty otherwise
  std::string
      variant;  // of several ways to do it the one measured, found the fastest: "128x128x32"; empty: there is one
  std::vector<std::string> left_out;  // other ways that are wrong or fail here: "128x256x64: relative error 1 ..."
  std::optional<Timing> timing;
  std::optional<Correctness> correctness;
  double work_flops = 0;                   // of one call
  double work_bytes = 0;                   // compulsory traffic of one call
  std::map<std::string, Rate> rates;       // "flops_per_s", "bytes_per_s", "bus_bytes_per_s"
  std::map<std::string, double> counters;  // over the timed readings: "cycles", "energy_j"
  std::map<std::string, double> sensors_before;
  std::map<std::string, double> sensors_after;
};

// Names the sample within its profile, the same in every run:
// "gemm/kokkos k=64 m=64 n=64 precision=fp32".
std::string sample_key(Sample const& sample);
std::string parameter_text(ParameterValue const& value);

// Taken while other devices of the node measured too: it compares siblings, and is no rate of a device by itself.
bool compares_siblings(Sample const& sample);
// Timed without failure, and not beside others of its kind.
bool was_measured_alone(Sample const& sample);

// A parameter by name and type; nothing if absent or of another type. Integers convert to double.
std::optional<std::int64_t> integer_parameter(Parameters const& parameters, std::string_view name);
std::optional<double> number_parameter(Parameters const& parameters, std::string_view name);
std::optional<std::string> text_parameter(Parameters const& parameters, std::string_view name);
std::optional<bool> bool_parameter(Parameters const& parameters, std::string_view name);

std::string_view to_string(SampleStatus status);
std::string_view to_string(StopReason reason);
std::string_view to_string(WidenedBy by);
std::optional<SampleStatus> sample_status_from_string(std::string_view name);
std::optional<StopReason> stop_reason_from_string(std::string_view name);
std::optional<WidenedBy> widened_by_from_string(std::string_view name);

}  // namespace hpcadvise::profiles
