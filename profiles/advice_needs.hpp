// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a profile has to hold so that advice can be given on it.

#include "profiles/machine_profile.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace hpcadvise::profiles {

// Seconds that `hpcadvise probe` takes unless told otherwise: an ordinary node needs no more.
inline constexpr double usual_budget_s = 60;

struct AdviceNeed {
  std::string_view probe;
  std::string_view name;  // "the DRAM triad (memory)"
  bool (*is_of_kind)(Sample const&);
};

std::span<AdviceNeed const> advice_needs();
bool is_met(AdviceNeed const& need, MachineProfile const& profile);  // by a sample that was measured

}  // namespace hpcadvise::profiles
