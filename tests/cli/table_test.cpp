// SPDX-License-Identifier: Apache-2.0
#include "cli/table.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::cli;

namespace {

Terminal const plain{.width = 30};

Table const two_columns{{{"Name"}, {"Rate", Align::right}}, {{"copy", "9"}, {"triad", "123"}}};

}  // namespace

TEST_CASE("A text table aligns its columns and leaves no blanks at line ends", "[cli][table]") {
  CHECK(text_table(two_columns, plain) ==
        "Name   Rate\n"
        "copy      9\n"
        "triad   123\n");
}

TEST_CASE("A last column of prose wraps under itself within the terminal's width", "[cli][table]") {
  Table const prose{{{"Key"}, {"Source"}}, {{"nodes", "one two three four five six seven"}}};
  CHECK(text_table(prose, plain) ==
        "Key    Source\n"
        "nodes  one two three four five\n"
        "       six seven\n");
}

TEST_CASE("A cell's control characters are not printed", "[cli][table]") {
  Table const hostile{{{"a"}, {"b"}}, {{"x\x1b[2J", "two\nlines"}}};
  CHECK(text_table(hostile, plain) ==
        "a      b\n"
        "x?[2J  two lines\n");
  CHECK(markdown_table(hostile) ==
        "| a | b |\n"
        "| --- | --- |\n"
        "| x?[2J | two lines |\n");
}

TEST_CASE("A Markdown table escapes bars and marks alignment", "[cli][table]") {
  Table const table{{{"a"}, {"b", Align::right}}, {{"x|y", "1"}}};
  CHECK(markdown_table(table) ==
        "| a | b |\n"
        "| --- | ---: |\n"
        "| x\\|y | 1 |\n");
}

TEST_CASE("Escape codes and UTF-8 continuation bytes take no columns", "[cli][terminal]") {
  Terminal const colour{.colour = true};
  CHECK(display_width(styled(colour, Style::bold, "abc")) == 3);
  CHECK(display_width("±1 %") == 4);
  CHECK(styled(plain, Style::bad, "abc") == "abc");
}

TEST_CASE("Wrapping breaks at blanks and keeps a word that is too long whole", "[cli][terminal]") {
  CHECK(wrapped("aa bb cc", 5, 2) == "aa bb\n  cc");
  CHECK(wrapped("aaaaaaaaaa b", 5, 0) == "aaaaaaaaaa\nb");
  CHECK(wrapped("", 5, 0).empty());
}

TEST_CASE("A number stays with its unit", "[cli][terminal]") {
  CHECK(wrapped("step: -1.1 % of it", 10, 2) == "step:\n  -1.1 %\n  of it");
  CHECK(wrapped("reads (4.19 M tokens)", 12, 0) == "reads\n(4.19 M\ntokens)");
  CHECK(wrapped("P10..P90 24.8..41.1 s", 19, 0) == "P10..P90\n24.8..41.1 s");
  CHECK(wrapped("in 2020, at", 8, 0) == "in 2020,\nat");     // a year, not an amount
  CHECK(wrapped("1 aaaaaaaa b", 8, 0) == "1\naaaaaaaa\nb");  // no line holds both
  CHECK(wrapped("in all 64", 8, 0) == "in all\n64");
}

TEST_CASE("A path that is too long breaks behind its slashes and loses nothing", "[cli][terminal]") {
  CHECK(wrapped("see /usr/share/doc now", 8, 0) == "see\n/usr/\nshare/\ndoc now");
  CHECK(wrapped("a/b", 8, 0) == "a/b");
  CHECK(wrapped("x aaaa/bbbbbbbbbb", 6, 0) == "x\naaaa/\nbbbbbbbbbb");
}
