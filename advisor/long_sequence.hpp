// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sequences longer than the model was published for.

#include "advisor/model_spec.hpp"

#include <string>

namespace hpcadvise::advisor {

// What such a sequence asks of the model, as a sentence; empty where it asks nothing: ALiBi, no positions, or no length
// that is stated. A model that is trained from scratch gets as many learned positions as it needs, which count as
// parameters. Throws UsageError where it has been trained without them.
std::string fit_positions(TrainingJob& job);

}  // namespace hpcadvise::advisor
