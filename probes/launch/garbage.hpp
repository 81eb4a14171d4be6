// SPDX-License-Identifier: Apache-2.0
#pragma once

// Lines of a runner's stdout that were not events, or not at their place: what a module or a library prints there.

#include "profiles/machine_profile.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::probes {

struct Garbage {
  std::int64_t line_count = 0;
  std::vector<std::string> quotes;  // the first few that differ
};

void add_line(Garbage& garbage, std::string_view line);

// What another start of the runner printed: often the same.
void add(Garbage& total, Garbage const& other);

// "garbage_output", of all starts together; nothing where there was none.
std::optional<profiles::Finding> garbage_finding(Garbage const& garbage);

}  // namespace hpcadvise::probes
