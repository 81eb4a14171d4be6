// SPDX-License-Identifier: Apache-2.0
#pragma once

// The sliding window of a config.json.

#include "advisor/model_spec.hpp"
#include "profiles/json_node.hpp"

namespace hpcadvise::advisor {

// `usual` is the family's: its size holds where the key "sliding_window" is absent (0: then there is no window), its
// pattern where the list "layer_types" is. A window that is null is none.
void read_sliding_window(profiles::JsonNode const& config, ModelSpec& model, SlidingWindow const& usual);

}  // namespace hpcadvise::advisor
