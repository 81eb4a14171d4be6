// SPDX-License-Identifier: Apache-2.0
#include "advisor/fitted_constants.hpp"

#include "tests/support/documented_table.hpp"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

using namespace hpcadvise::advisor;

TEST_CASE("Every fitted constant has one row, with a prior and where that comes from") {
  std::set<std::string_view> names;
  std::vector<double FittedConstants::*> members;
  for (FittedRow const& row : fitted_rows()) {
    INFO(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(std::find(members.begin(), members.end(), row.value) == members.end());
    members.push_back(row.value);
    CHECK(row.prior > 0);
    CHECK(row.prior_log_sigma >= 0);
    CHECK_FALSE(row.what.empty());
    CHECK_FALSE(row.source.empty());
  }
  CHECK(members.size() == sizeof(FittedConstants) / sizeof(double));
}

TEST_CASE("What is held stands at its prior, what is fitted stays within three sigmas of it") {
  constexpr FittedConstants shipped;
  for (FittedRow const& row : fitted_rows()) {
    INFO(row.name);
    double const moved = std::abs(std::log(shipped.*row.value / row.prior));
    CHECK(moved <= 3 * row.prior_log_sigma);
  }
}

TEST_CASE("Before any run is seen every constant is at its prior") {
  FittedConstants const constants = prior_constants();
  for (FittedRow const& row : fitted_rows()) CHECK(constants.*row.value == row.prior);
}

TEST_CASE("docs/cost_model.md shows the fitted constants as they are shipped, with their priors") {
  constexpr FittedConstants shipped;
  std::string table =
      "| fitted constant | value | prior | what | source of the prior | probe |\n|---|---|---|---|---|---|\n";
  for (FittedRow const& row : fitted_rows()) {
    // One sigma, in log, as a factor: 0.15 is about 15 %.
    std::string const width =
        row.prior_log_sigma > 0 ? fmt::format(" +- {:.0f} %", 100 * row.prior_log_sigma) : ", held";
    table += fmt::format("| `{}` | {:.4g} | {:.4g}{} | {} | {} | {} |\n", row.name, shipped.*row.value, row.prior,
                         width, row.what, row.source, row.probe.empty() ? "none" : row.probe);
  }
  CHECK(hpcadvise::tests::documented_table_difference("cost_model.md", table) == "");
}
