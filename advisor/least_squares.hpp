// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

namespace hpcadvise::advisor {

// The factors of the columns whose sum comes nearest to `target` in the mean of squares. All of one length. Nothing
// where the columns depend on each other, to a millionth.
std::optional<std::vector<double>> least_squares(std::vector<std::vector<double>> columns, std::vector<double> target);

}  // namespace hpcadvise::advisor
