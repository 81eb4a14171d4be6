// SPDX-License-Identifier: Apache-2.0
#pragma once

// Peak rates by precision as a JSON object.

#include "profiles/host_spec.hpp"
#include "profiles/json_node.hpp"

#include <map>

namespace hpcadvise::profiles {

nlohmann::ordered_json peaks_to_json(std::map<Precision, PeakRate> const& peaks);
std::map<Precision, PeakRate> peaks_from_json(JsonNode const& object);

}  // namespace hpcadvise::profiles
