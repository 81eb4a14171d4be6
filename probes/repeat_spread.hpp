// SPDX-License-Identifier: Apache-2.0
#pragma once

// How far a median that one start of the runner gave may lie from what all starts give, by the few that were seen. The
// logarithms of medians are taken to be normal from start to start, all of a kind alike.

#include <cstdint>
#include <span>

namespace hpcadvise::probes {

// What 95 % of Student's t stays within: 12.7 for one degree of freedom, 1.96 for many.
double student_t(std::int64_t degrees_of_freedom);

// Half of the 95 % interval, of logarithms, around the median of one start. `differences`: of the logarithms of two
// starts' medians, of any number of samples above 0. Of the mean of n starts it is that over the root of n.
double half_width_by_differences(std::span<double const> differences);

// The same by the medians of one sample, two at least and above 0.
double half_width_by_medians(std::span<double const> medians_s);

}  // namespace hpcadvise::probes
