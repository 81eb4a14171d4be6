// SPDX-License-Identifier: Apache-2.0
#pragma once

// Small pictures in text.

#include "cli/terminal.hpp"

#include <string>
#include <vector>

namespace hpcadvise::cli {

// A horizontal bar of at most `width` columns, `fraction` of it filled: to an eighth of a column in Unicode, else to
// a whole one. A fraction that is no number is empty.
std::string bar(Terminal const& terminal, double fraction, int width);

struct RooflinePoint {
  double flops_per_byte = 0;
  double flops_per_s = 0;
  char mark = 'o';
};

// Attainable rate min(peak, bandwidth x intensity) on logarithmic axes with measured points on it.
// Axis labels name the decades. Precondition: peak and bandwidth are positive.
std::string roofline(double peak_flops_per_s, double bytes_per_s, std::vector<RooflinePoint> const& points, int width,
                     int height);

}  // namespace hpcadvise::cli
