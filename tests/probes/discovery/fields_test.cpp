// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/fields.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::probes;

TEST_CASE("A line is a name and a value without the blanks around them", "[discovery]") {
  auto const fields = parse_fields("model name\t: Some: CPU \nno separator\nlast:", ':');
  CHECK(fields.size() == 2);
  CHECK(field(fields, "model name") == "Some: CPU");
  CHECK(field(fields, "last").empty());
  CHECK(field(fields, "absent").empty());
}

TEST_CASE("Fields end at an empty line, and the first value of a name stays", "[discovery]") {
  auto const fields = parse_fields("a 1\na 2\n \t\nb 3", ' ');
  CHECK(field(fields, "a") == "1");
  CHECK(fields.size() == 1);
  CHECK(parse_fields("", ':').empty());
}
