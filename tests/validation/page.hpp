// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the sections of docs/validation.md write in the same way.

#include "score.hpp"

#include <string>
#include <string_view>

namespace hpcadvise::validation {

std::string percent(double ratio);

// A row for each value of `key_of`: runs, median, mean, bias, share inside; log residuals and sigmas.
std::string errors_table(std::string_view title, std::vector<Case> const& cases, std::vector<double> const& residuals,
                         std::vector<double> const& sigmas, KeyOf const& key_of);

}  // namespace hpcadvise::validation
