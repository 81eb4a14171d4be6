// SPDX-License-Identifier: Apache-2.0
#include "advisor/constants.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fmt/format.h>

#include <fstream>
#include <set>
#include <sstream>

using namespace hpcadvise::advisor;

TEST_CASE("Every constant has a source and stands in docs/cost_model.md with its value") {
  std::ifstream file(HPCADVISE_TEST_DATA "/../docs/cost_model.md");
  std::stringstream page;
  page << file.rdbuf();
  std::set<std::string_view> names;
  for (auto const* constant : all_constants()) {
    INFO(constant->name);
    CHECK_FALSE(constant->source.empty());
    CHECK(names.insert(constant->name).second);
    CHECK(page.str().find(fmt::format("| `{}` | {:.4g} |", constant->name, constant->value)) != std::string::npos);
  }
}
