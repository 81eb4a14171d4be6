// SPDX-License-Identifier: Apache-2.0
#include "advisor/constants.hpp"

#include "tests/support/documented_table.hpp"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>

#include <set>
#include <string>

using namespace hpcadvise::advisor;

TEST_CASE("Every constant is named once and says what it is and where it comes from") {
  std::set<std::string_view> names;
  for (auto const* constant : all_constants()) {
    INFO(constant->name);
    CHECK(names.insert(constant->name).second);
    CHECK_FALSE(constant->what.empty());
    CHECK_FALSE(constant->source.empty());
  }
}

TEST_CASE("docs/cost_model.md shows the constants as they are") {
  std::string table = "| constant | value | what | source | probe |\n|---|---|---|---|---|\n";
  for (auto const* row : all_constants())
    table += fmt::format("| `{}` | {:.4g} | {} | {} | {} |\n", row->name, row->value, row->what, row->source,
                         row->probe.empty() ? "none" : row->probe);
  CHECK(hpcadvise::tests::documented_table_difference("cost_model.md", table) == "");
}
