// SPDX-License-Identifier: Apache-2.0
#pragma once

// The kernel's list of CPUs: "0-3,8".

#include <string_view>
#include <vector>

namespace hpcadvise::probes {

// Ascending. What is not a list yields nothing.
std::vector<int> parse_cpu_list(std::string_view text);

bool lists_share_a_cpu(std::string_view left, std::string_view right);

}  // namespace hpcadvise::probes
