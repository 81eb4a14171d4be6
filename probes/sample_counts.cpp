// SPDX-License-Identifier: Apache-2.0
#include "probes/sample_counts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace hpcadvise::probes {

std::string counted_by_probe(std::vector<profiles::Sample const*> const& samples) {
  std::map<std::string, int> counts;
  for (auto const* sample : samples) ++counts[sample->probe];
  std::vector<std::pair<std::string, int>> rows(counts.begin(), counts.end());
  std::ranges::stable_sort(rows, std::greater{}, [](auto const& row) { return row.second; });
  std::string text;
  for (auto const& [probe, count] : rows) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", probe, count);
  return text;
}

}  // namespace hpcadvise::probes
