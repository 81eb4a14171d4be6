// SPDX-License-Identifier: Apache-2.0
#pragma once

// A calibration as JSON: a file of its own, or a section of a profile.

#include "profiles/calibration.hpp"
#include "profiles/json_node.hpp"

namespace hpcadvise::profiles {

nlohmann::ordered_json calibration_to_json(Calibration const& calibration);
Calibration calibration_from_json(JsonNode const& object);

}  // namespace hpcadvise::profiles
