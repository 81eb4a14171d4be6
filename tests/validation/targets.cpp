// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

namespace hpcadvise::validation {
namespace {

constexpr std::size_t runs_for_a_median = 5;

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN() : double(part) / double(whole);
}

struct Target {
  std::string_view what;
  double least;
  double most;
  double (*of)(Scored const&);
};
constexpr std::array targets{
    Target{"step time, median error at most 6 %", 0, 0.06, [](Scored const& set) { return set.errors.median; }},
    Target{"mean error at most 9 %", 0, 0.09, [](Scored const& set) { return set.errors.mean; }},
    Target{"median over sources at most 9 %", 0, 0.09, [](Scored const& set) { return set.over_sources; }},
    Target{"no device with five runs or more over 12 %: the largest", 0, 0.12,
           [](Scored const& set) { return set.worst_device; }},
    Target{"75 to 85 % of runs inside P10-P90", 0.75, 0.85, [](Scored const& set) { return set.errors.inside_share; }},
    Target{"the same, mean over sources", 0.75, 0.85, [](Scored const& set) { return set.inside_sources; }},
    Target{"memory, median error at most 8 %", 0, 0.08, [](Scored const& set) { return set.memory.median_error; }},
    Target{"98 % of the runs that ran called feasible", 0.98, 1,
           [](Scored const& set) { return 1 - share(set.memory.ran_but_called_infeasible, set.memory.ran); }},
    Target{"the same, of runs that state recomputation", 0.98, 1,
           [](Scored const& set) { return 1 - share(set.memory.stated_but_called_infeasible, set.memory.stated); }},
    Target{"90 % of the runs out of memory called infeasible", 0.9, 1,
           [](Scored const& set) { return share(set.memory.out_of_memory_called, set.memory.out_of_memory); }},
    Target{"85 % of pairs of plans in the right order", 0.85, 1,
           [](Scored const& set) { return set.order.right_share; }},
    Target{"the first choice at most 3 % slower than the best, in the median", 0, 0.03,
           [](Scored const& set) { return set.order.median_regret; }},
    Target{"after one measured step at most 5 %, median over machines", 0, 0.05,
           [](Scored const& set) { return set.after_one_step; }},
};

}  // namespace

Scored scored(std::string name, std::vector<advisor::RunResult> const& rows, std::vector<Case> const& cases,
              std::vector<double> const& residuals, std::vector<double> const& sigmas) {
  Scored set;
  set.name = std::move(name);
  set.errors = errors_of(residuals, sigmas);
  set.over_sources = median_over_sources(cases, residuals, sigmas);
  set.inside_sources = inside_over_sources(cases, residuals, sigmas);
  for (auto const& device : errors_by(cases, residuals, sigmas, device_of))
    if (device.errors.count >= runs_for_a_median) set.worst_device = std::max(set.worst_device, device.errors.median);
  set.memory = memory_score(rows);
  set.order = order_score(cases, residuals);
  set.after_one_step = median_after(errors_after_anchoring(cases, residuals, 1));
  return set;
}

std::string targets_table(std::vector<Scored> const& sets) {
  std::string head = "\n| asked for |";
  std::string line = "|---|";
  for (Scored const& set : sets) {
    head += fmt::format(" {} |", set.name);
    line += "---:|";
  }
  std::string table = head + "\n" + line + "\n";
  for (Target const& target : targets) {
    table += fmt::format("| {} |", target.what);
    for (Scored const& set : sets) {
      double const value = target.of(set);
      bool const met = target.least <= value && value <= target.most;
      table += met ? fmt::format(" {} |", percent(value)) : fmt::format(" **{}** |", percent(value));
    }
    table += "\n";
  }
  return table;
}

}  // namespace hpcadvise::validation
