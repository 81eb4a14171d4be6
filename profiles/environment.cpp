// SPDX-License-Identifier: Apache-2.0
#include "profiles/environment.hpp"

#include <cstdlib>

namespace hpcadvise::profiles {

std::string environment_value(char const* name) {
  char const* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace hpcadvise::profiles
