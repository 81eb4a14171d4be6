// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/table.hpp"
#include "profiles/machine_profile.hpp"

#include <string>

namespace hpcadvise::cli {

// Every sample of one probe.
Table samples_table(profiles::MachineProfile const& profile, std::string const& probe, Terminal const& terminal);

// What the GPUs of a node gave while all of them measured: a row a GPU, a column a probe. No rows where that was not
// measured.
Table siblings_table(profiles::MachineProfile const& profile);

}  // namespace hpcadvise::cli
