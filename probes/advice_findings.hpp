// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether what was measured is enough for `hpcadvise advise`.

#include "profiles/machine_profile.hpp"

#include <span>
#include <string>
#include <vector>

namespace hpcadvise::probes {

// Of the probes `only` (empty: all of them): what the advisor cannot do without was asked for, and is not there. It
// would refuse the profile (advisor/machine_from_profile.cpp).
std::vector<profiles::Finding> advice_findings(profiles::MachineProfile const& profile,
                                               std::span<std::string const> only);

}  // namespace hpcadvise::probes
