// SPDX-License-Identifier: Apache-2.0
#pragma once

// A GpuSpec as a JSON object. What is not known has no key.

#include "profiles/gpu_spec.hpp"
#include "profiles/json_node.hpp"

namespace hpcadvise::profiles {

nlohmann::ordered_json gpu_to_json(GpuSpec const& gpu);
GpuSpec gpu_from_json(JsonNode const& object);

}  // namespace hpcadvise::profiles
