// SPDX-License-Identifier: Apache-2.0
#include "profiles/sample.hpp"

#include "profiles/names.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace hpcadvise::profiles {
namespace {

constexpr Name<SampleStatus> status_names[] = {
    {SampleStatus::ok, "ok"},
    {SampleStatus::wrong, "wrong"},
    {SampleStatus::impossible, "impossible"},
    {SampleStatus::failed, "failed"},
    {SampleStatus::timed_out, "timed_out"},
    {SampleStatus::crashed, "crashed"},
    {SampleStatus::skipped, "skipped"},
};

constexpr Name<StopReason> stop_reason_names[] = {
    {StopReason::converged, "converged"},
    {StopReason::time_limit, "time_limit"},
    {StopReason::count_limit, "count_limit"},
};

constexpr Name<WidenedBy> widened_by_names[] = {
    {WidenedBy::nothing, "nothing"},
    {WidenedBy::sentinel, "sentinel"},
    {WidenedBy::all_repeats, "all_repeats"},
    {WidenedBy::repeats, "repeats"},
};

ParameterValue const* find_parameter(Parameters const& parameters, std::string_view name) {
  auto const found = parameters.find(std::string(name));
  return found == parameters.end() ? nullptr : &found->second;
}

template <class Value>
std::optional<Value> parameter_as(Parameters const& parameters, std::string_view name) {
  ParameterValue const* const value = find_parameter(parameters, name);
  if (value == nullptr || !std::holds_alternative<Value>(*value)) return std::nullopt;
  return std::get<Value>(*value);
}

}  // namespace

Rate rate_of(double work, Timing const& timing) {
  if (!(timing.low_s > 0)) throw std::domain_error("a rate needs times above zero");
  return {.median = work / timing.median_s, .low = work / timing.high_s, .high = work / timing.low_s};
}

std::string sample_key(Sample const& sample) {
  std::string key = fmt::format("{}/{}", sample.probe, sample.provider);
  for (auto const& [name, value] : sample.parameters) key += fmt::format(" {}={}", name, parameter_text(value));
  return key;
}

std::string parameter_text(ParameterValue const& value) {
  return std::visit([](auto const& held) { return fmt::format("{}", held); }, value);
}

bool compares_siblings(Sample const& sample) { return sample.parameters.contains("concurrent_devices"); }

bool was_measured_alone(Sample const& sample) {
  return sample.status == SampleStatus::ok && sample.timing && !compares_siblings(sample);
}

std::optional<std::int64_t> integer_parameter(Parameters const& parameters, std::string_view name) {
  return parameter_as<std::int64_t>(parameters, name);
}

std::optional<double> number_parameter(Parameters const& parameters, std::string_view name) {
  if (auto const integer = integer_parameter(parameters, name)) return double(*integer);
  return parameter_as<double>(parameters, name);
}

std::optional<std::string> text_parameter(Parameters const& parameters, std::string_view name) {
  return parameter_as<std::string>(parameters, name);
}

std::optional<bool> bool_parameter(Parameters const& parameters, std::string_view name) {
  return parameter_as<bool>(parameters, name);
}

std::string_view to_string(SampleStatus status) { return name_of<SampleStatus>(status, status_names); }
std::string_view to_string(StopReason reason) { return name_of<StopReason>(reason, stop_reason_names); }
std::string_view to_string(WidenedBy by) { return name_of<WidenedBy>(by, widened_by_names); }

std::optional<SampleStatus> sample_status_from_string(std::string_view name) {
  return value_of<SampleStatus>(name, status_names);
}

std::optional<StopReason> stop_reason_from_string(std::string_view name) {
  return value_of<StopReason>(name, stop_reason_names);
}

std::optional<WidenedBy> widened_by_from_string(std::string_view name) {
  return value_of<WidenedBy>(name, widened_by_names);
}

}  // namespace hpcadvise::profiles
