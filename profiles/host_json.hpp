// SPDX-License-Identifier: Apache-2.0
#pragma once

// A HostSpec as a JSON object. What is not known has no key.

#include "profiles/host_spec.hpp"
#include "profiles/json_node.hpp"

namespace hpcadvise::profiles {

nlohmann::ordered_json host_to_json(HostSpec const& host);
HostSpec host_from_json(JsonNode const& object);

}  // namespace hpcadvise::profiles
