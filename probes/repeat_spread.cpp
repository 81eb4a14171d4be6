// SPDX-License-Identifier: Apache-2.0
#include "probes/repeat_spread.hpp"

#include <array>
#include <cmath>
#include <cstddef>

namespace hpcadvise::probes {

// A table, and beyond it the first terms of its expansion in 1/n (Abramowitz and Stegun, 26.7.5): right to 0.001.
double student_t(std::int64_t degrees_of_freedom) {
  constexpr std::array table{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228};
  if (degrees_of_freedom <= std::int64_t(table.size())) return table.at(std::size_t(degrees_of_freedom - 1));
  auto const n = double(degrees_of_freedom);
  return 1.960 + 2.372 / n + 2.822 / (n * n) + 2.556 / (n * n * n);
}

// The mean of differences is known to be 0, so each is a degree of freedom; its variance is that of two starts.
double half_width_by_differences(std::span<double const> differences) {
  double squares = 0;
  for (double const difference : differences) squares += difference * difference;
  auto const count = double(differences.size());
  return student_t(std::int64_t(differences.size())) * std::sqrt(squares / count / 2);
}

double half_width_by_medians(std::span<double const> medians_s) {
  auto const count = double(medians_s.size());
  double mean = 0;
  for (double const median_s : medians_s) mean += std::log(median_s) / count;
  double squares = 0;
  for (double const median_s : medians_s) squares += std::pow(std::log(median_s) - mean, 2);
  return student_t(std::int64_t(medians_s.size()) - 1) * std::sqrt(squares / (count - 1));
}

}  // namespace hpcadvise::probes
