// SPDX-License-Identifier: Apache-2.0
#pragma once

// The figure of a sample, with its interval, as a person reads it.

#include "cli/terminal.hpp"
#include "probes/probe.hpp"
#include "profiles/machine_profile.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::cli {

// Measured, and believed.
bool is_ok(profiles::Sample const& sample);

// Those of a probe: bandwidths from the nearest level of memory to the furthest, all else as it was measured.
std::vector<profiles::Sample const*> samples_of(profiles::MachineProfile const& profile, std::string_view probe);

std::optional<profiles::Rate> primary_rate(profiles::Sample const& sample, probes::Probe const& probe);

// Its rate, else its time: "45.7 GFLOP/s". Precondition: is_ok.
std::string measured_text(profiles::Sample const& sample, probes::Probe const& probe);

// Of what measured_text says: "±1.2 %", or where one side is wider "22.7..50.2" in the same unit, or how few readings
// there are. Precondition: is_ok.
std::string interval_text(profiles::Sample const& sample, probes::Probe const& probe, Terminal const& terminal);
std::string interval_of_time(profiles::Sample const& sample, Terminal const& terminal);

}  // namespace hpcadvise::cli
