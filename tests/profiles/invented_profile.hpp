// SPDX-License-Identifier: Apache-2.0
#pragma once

// Profiles with round numbers, for tests.

#include "profiles/machine_profile.hpp"

namespace hpcadvise::profiles {

// 2 s, from 1 s to 4 s.
Timing invented_timing();

// One sample of each probe; nothing left at its default, everything optional present.
MachineProfile invented_profile();

}  // namespace hpcadvise::profiles
