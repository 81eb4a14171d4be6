// SPDX-License-Identifier: Apache-2.0
#include "page.hpp"

#include <fmt/format.h>

namespace hpcadvise::validation {

std::string percent(double ratio) { return fmt::format("{:.1f} %", 100 * ratio); }

std::string errors_table(std::string_view title, std::vector<Case> const& cases, std::vector<double> const& residuals,
                         std::vector<double> const& sigmas, KeyOf const& key_of) {
  std::string table = fmt::format("\n| {} | runs | median | mean | bias | inside P10-P90 |\n", title);
  table += "|---|---:|---:|---:|---:|---:|\n";
  for (auto const& [name, errors] : errors_by(cases, residuals, sigmas, key_of))
    table += fmt::format("| {} | {} | {} | {} | {:+.3f} | {} |\n", name, errors.count, percent(errors.median),
                         percent(errors.mean), errors.bias, percent(errors.inside_share));
  return table;
}

}  // namespace hpcadvise::validation
