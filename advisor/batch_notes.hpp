// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which sources batch advice rests on, how the learning rate follows, and what is not known.

#include "advisor/model_spec.hpp"

#include <string>
#include <vector>

namespace hpcadvise::advisor {

std::vector<std::string> batch_notes(TrainingJob const& job);

}  // namespace hpcadvise::advisor
