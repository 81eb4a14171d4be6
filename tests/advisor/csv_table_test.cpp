// SPDX-License-Identifier: Apache-2.0
#include "advisor/csv_table.hpp"

#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>

using namespace hpcadvise::advisor;
using Cells = std::vector<std::string>;

TEST_CASE("Quotes, doubled quotes, commas and line breaks follow RFC 4180", "[csv]") {
  CsvTable const table = parse_csv("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"\"\n", "t.csv");
  CHECK(table.header == Cells{"a", "b"});
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].cells == Cells{"x, y", "say \"hi\""});
  CHECK(table.rows[1].cells == Cells{"two\nlines", ""});
}

TEST_CASE("CR LF, a byte order mark, a missing last line end and blank lines change nothing", "[csv]") {
  CsvTable const table = parse_csv(
      "\xEF\xBB\xBF"
      "a,b\r\n1,2\r\n\r\n3,",
      "t.csv");
  CHECK(table.header == Cells{"a", "b"});
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].cells == Cells{"1", "2"});
  CHECK(table.rows[1].cells == Cells{"3", ""});
  CHECK(table.rows[1].line == 4);
}

TEST_CASE("A row knows the line it starts on, also after a cell of two lines", "[csv]") {
  CsvTable const table = parse_csv("a\n\"1\n1\"\n2\n", "t.csv");
  CHECK(table.rows.at(0).line == 2);
  CHECK(table.rows.at(1).line == 4);
}

TEST_CASE("A broken row has a problem and spoils no other", "[csv]") {
  CsvTable const table = parse_csv("a,b\n1\n1,2,3\nx\"y,2\n\"x\"y,2\n1,2\n", "t.csv");
  REQUIRE(table.rows.size() == 5);
  for (std::size_t row = 0; row < 4; ++row) CHECK_FALSE(table.rows[row].problem.empty());
  CHECK(table.rows[4].problem.empty());
  CHECK(table.rows[4].cells == Cells{"1", "2"});
}

TEST_CASE("An unclosed quote is a problem of its row", "[csv]") {
  CsvTable const table = parse_csv("a,b\n1,2\n\"1,2\n3,4\n", "t.csv");
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].problem.empty());
  CHECK_FALSE(table.rows[1].problem.empty());
}

TEST_CASE("What is no table is refused", "[csv]") {
  CHECK_THROWS_AS(parse_csv("", "t.csv"), hpcadvise::profiles::FileError);
  CHECK_THROWS_AS(parse_csv("a,b,a\n", "t.csv"), hpcadvise::profiles::FileError);
  CHECK(parse_csv("a,b\n", "t.csv").rows.empty());
}

TEST_CASE("A cell is quoted only where it must be, and reads back the same", "[csv]") {
  CHECK(csv_cell("plain") == "plain");
  CHECK(csv_cell("a, \"b\"") == "\"a, \"\"b\"\"\"");
  for (std::string const text : {"", "a,b", "a\"b", "a\r\nb", "\""})
    CHECK(parse_csv("x,y\n" + csv_cell(text) + ",z", "t.csv").rows.at(0).cells.at(0) == text);
}

TEST_CASE("Blanks around a column's name are no part of it, and all columns of one name are named", "[csv]") {
  CHECK(parse_csv(" a ,b\n1,2\n", "t.csv").header == Cells{"a", "b"});
  CHECK_THROWS_WITH(parse_csv("a,b, a,c,b\n", "t.csv"),
                    "t.csv: line 1: columns of one name: 'a' (columns 1, 3); 'b' (columns 2, 5)");
}
