// SPDX-License-Identifier: Apache-2.0
#pragma once

// A machine profile as a person reads it.

#include "cli/table.hpp"
#include "profiles/machine_profile.hpp"

#include <string>

namespace hpcadvise::cli {

// Host, budget, best rate of each kind, roofline, findings: about one screen, with `whole` findings a little more.
std::string profile_summary_text(profiles::MachineProfile const& profile, Terminal const& terminal, bool whole);

// The best of each kind; the same rows for text and Markdown.
Table profile_summary_table(profiles::MachineProfile const& profile, Terminal const& terminal);

// What the GPUs of a node gave while all of them measured: a row a GPU, a column a probe. No rows where that was not
// measured.
Table siblings_table(profiles::MachineProfile const& profile);

// Every sample of one probe.
Table samples_table(profiles::MachineProfile const& profile, std::string const& probe, Terminal const& terminal);

// Each finding: what was seen and what to do; `whole` adds what was expected and what it costs a training run.
std::string findings_text(profiles::MachineProfile const& profile, Terminal const& terminal, bool whole);

}  // namespace hpcadvise::cli
