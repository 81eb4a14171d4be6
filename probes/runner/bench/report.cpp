// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/bench/report.hpp"

#include "profiles/units.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace hpcadvise::probes::runner {
namespace {

std::string text_of(double value, std::string const& unit) {
  return unit == "ratio" ? fmt::format("{:.2f}", value) : profiles::format_by_suffix(unit, value);
}

}  // namespace

std::string benchmark_json(std::vector<NamedResult> const& results) {
  auto object = nlohmann::ordered_json::object();
  for (auto const& [name, summary, result, reason] : results) {
    if (!result) continue;
    auto& entry = object[std::string(name)];
    entry = {{"value", result->value}, {"low", result->low}, {"high", result->high}, {"unit", result->unit}};
    entry["against"] = result->against.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(result->against);
  }
  return object.dump(2) + '\n';
}

std::string benchmark_table(std::vector<NamedResult> const& results) {
  std::size_t widest = 0;
  for (auto const& row : results) widest = std::max(widest, row.name.size());
  std::string table;
  std::string last_heading;
  for (auto const& [name, summary, result, reason] : results) {
    std::string const heading = !result                   ? "Skipped"
                                : result->against.empty() ? "Rates"
                                                          : "Ratios to " + result->against;
    if (heading != last_heading)
      table += fmt::format("{}{:{}}  {:>12}  {}\n", table.empty() ? "" : "\n", heading, widest + 2, "median", "95 %");
    last_heading = heading;
    table += fmt::format("  {:{}}  ", name, widest);
    table += !result ? reason + '\n'
                     : fmt::format("{:>12}  {} to {}\n", text_of(result->value, result->unit),
                                   text_of(result->low, result->unit), text_of(result->high, result->unit));
  }
  return table;
}

}  // namespace hpcadvise::probes::runner
