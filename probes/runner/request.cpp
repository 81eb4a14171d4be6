// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/request.hpp"

#include <limits>

namespace hpcadvise::probes::runner {
namespace {

std::int64_t whole_number(SampleRequest const& request, std::string_view name, std::int64_t least, std::int64_t most) {
  auto const value = profiles::integer_parameter(request.parameters, name);
  if (!value) throw RequestError("the parameter " + std::string(name) + " is missing or no whole number");
  if (*value < least || *value > most)
    throw RequestError(std::string(name) + "=" + std::to_string(*value) + " is not between " + std::to_string(least) +
                       " and " + std::to_string(most));
  return *value;
}

constexpr std::int64_t most_extent = std::numeric_limits<std::int32_t>::max();

}  // namespace

std::int64_t extent_of(SampleRequest const& request, std::string_view name) {
  return whole_number(request, name, 1, most_extent);
}

std::int64_t ordinal_of(SampleRequest const& request, std::string_view name) {
  return whole_number(request, name, 0, most_extent);
}

std::int64_t bytes_of(SampleRequest const& request, std::string_view name) {
  return whole_number(request, name, 1, std::numeric_limits<std::int64_t>::max());
}

std::string word_of(SampleRequest const& request, std::string_view name) {
  if (auto value = profiles::text_parameter(request.parameters, name)) return *std::move(value);
  throw RequestError("the parameter " + std::string(name) + " is missing or no text");
}

bool flag_of(SampleRequest const& request, std::string_view name) {
  if (auto const value = profiles::bool_parameter(request.parameters, name)) return *value;
  throw RequestError("the parameter " + std::string(name) + " is missing or not true or false");
}

profiles::Precision precision_of(SampleRequest const& request) {
  auto const name = word_of(request, "precision");
  if (auto const precision = profiles::precision_from_string(name)) return *precision;
  throw RequestError("precision=" + name + " is not a number format");
}

}  // namespace hpcadvise::probes::runner
