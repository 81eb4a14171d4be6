// SPDX-License-Identifier: Apache-2.0
#pragma once

// The models known by name. Adding one is a row.

#include "advisor/model_spec.hpp"

#include <vector>

namespace hpcadvise::advisor {

std::vector<ModelSpec> built_in_models();

}  // namespace hpcadvise::advisor
