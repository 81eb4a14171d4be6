// SPDX-License-Identifier: Apache-2.0
#pragma once

// A value with the place it comes from.

#include <optional>
#include <string>
#include <string_view>

namespace hpcadvise::profiles {

// Where a figure comes from; never mixed up and always shown.
enum class Origin { measured, reference, announced };

// How far a shipped fact can be trusted.
enum class Confidence {
  verified,  // read in the source named
  memory,    // general knowledge, not checked again
  derived,   // computed from other facts; the source says how
  announced  // of something not live
};

template <class Value>
struct Fact {
  std::optional<Value> value;  // absent: looked for and not found
  std::string source;
  Confidence confidence = Confidence::memory;
  std::string note;
};

std::string_view to_string(Origin origin);
std::string_view to_string(Confidence confidence);
std::optional<Origin> origin_from_string(std::string_view name);
std::optional<Confidence> confidence_from_string(std::string_view name);

}  // namespace hpcadvise::profiles
