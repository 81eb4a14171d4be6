// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles/json_node.hpp"

namespace hpcadvise::profiles {

// What machine_profile.schema.json asks of a sample beyond what sample_from_json reads: names, a reason where it is not
// ok, and the parameters that its probe's samples have (of a probe that is not known any will do). Fails at the place
// that has none of it.
void check_sample(JsonNode const& sample);

}  // namespace hpcadvise::profiles
