// SPDX-License-Identifier: Apache-2.0
#pragma once

// A machine profile as a person reads it.

#include "cli/table.hpp"
#include "profiles/machine_profile.hpp"

#include <string>

namespace hpcadvise::cli {

// Host, budget, best rate of each kind, roofline, findings: about one screen, with `whole` findings a little more.
std::string profile_summary_text(profiles::MachineProfile const& profile, Terminal const& terminal, bool whole);

// The best of each kind.
Table profile_summary_table(profiles::MachineProfile const& profile, Terminal const& terminal);

}  // namespace hpcadvise::cli
