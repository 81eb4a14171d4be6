// SPDX-License-Identifier: Apache-2.0
#pragma once

// The sections of a profile beside the host and the samples, as JSON.

#include "profiles/json_node.hpp"
#include "profiles/machine_profile.hpp"

namespace hpcadvise::profiles {

nlohmann::ordered_json provenance_to_json(Provenance const& provenance);
Provenance provenance_from_json(JsonNode const& object);

nlohmann::ordered_json device_to_json(MeasuredDevice const& device);
MeasuredDevice device_from_json(JsonNode const& object);

nlohmann::ordered_json budget_to_json(Budget const& budget);
Budget budget_from_json(JsonNode const& object);

nlohmann::ordered_json sensor_to_json(Sensor const& sensor);
Sensor sensor_from_json(JsonNode const& object);

nlohmann::ordered_json sentinel_to_json(Sentinel const& sentinel);
Sentinel sentinel_from_json(JsonNode const& object);

nlohmann::ordered_json finding_to_json(Finding const& finding);
Finding finding_from_json(JsonNode const& object);

}  // namespace hpcadvise::profiles
