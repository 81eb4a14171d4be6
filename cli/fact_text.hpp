// SPDX-License-Identifier: Apache-2.0
#pragma once

// Facts with their unit, and how far each can be trusted.

#include "profiles/fact.hpp"

#include <string>
#include <string_view>

namespace hpcadvise::cli {

// "64.0 GiB", or "unknown". `unit_key` ends in the unit: "memory_bytes".
std::string fact_text(profiles::Fact<double> const& fact, std::string_view unit_key);

// "verified: LUMI user guide"; a note follows in parentheses. "memory" is printed as "from memory".
std::string source_text(profiles::Fact<double> const& fact);

}  // namespace hpcadvise::cli
