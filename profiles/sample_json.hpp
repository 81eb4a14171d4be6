// SPDX-License-Identifier: Apache-2.0
#pragma once

// A Sample as a JSON object; docs/profile_format.md says what each key means.

#include "profiles/json_node.hpp"
#include "profiles/sample.hpp"

namespace hpcadvise::profiles {

nlohmann::ordered_json parameters_to_json(Parameters const& parameters);
Parameters parameters_from_json(JsonNode const& object);

nlohmann::ordered_json sample_to_json(Sample const& sample);
Sample sample_from_json(JsonNode const& object);

}  // namespace hpcadvise::profiles
