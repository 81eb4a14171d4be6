// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hpcadvise::profiles {

// The value of a variable; empty if it is not set.
std::string environment_value(char const* name);

}  // namespace hpcadvise::profiles
