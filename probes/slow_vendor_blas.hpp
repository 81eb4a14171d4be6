// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles/machine_profile.hpp"

#include <vector>

namespace hpcadvise::probes {

// `slow_vendor_blas`: a library that multiplies at less than half the rate of the portable kernel for certain, by both
// intervals, at most of the shapes that both measured in a precision. One finding a library.
std::vector<profiles::Finding> slow_vendor_blas(profiles::MachineProfile const& profile);

}  // namespace hpcadvise::probes
