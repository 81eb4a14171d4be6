// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/terminal.hpp"
#include "profiles/machine_profile.hpp"

#include <string>

namespace hpcadvise::cli {

// Each finding: what was seen, a long list of it cut behind one of its items, and on a line of its own what to do;
// `whole` cuts nothing, and adds what was expected and what it costs a training run.
std::string findings_text(profiles::MachineProfile const& profile, Terminal const& terminal, bool whole);

}  // namespace hpcadvise::cli
