// SPDX-License-Identifier: Apache-2.0
#include "tests/support/documented_table.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace hpcadvise::tests {
namespace {

std::string contents_of(std::filesystem::path const& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

// Up to the first line that is no row of it.
std::size_t end_of_table(std::string const& page, std::size_t begin) {
  std::size_t end = begin;
  while (end < page.size() && page[end] == '|') {
    std::size_t const line_end = page.find('\n', end);
    end = line_end == std::string::npos ? page.size() : line_end + 1;
  }
  return end;
}

std::string first_difference(std::string const& documented, std::string_view table) {
  std::istringstream documented_lines(documented);
  std::istringstream table_lines{std::string(table)};
  std::string shown;
  std::string expected;
  while (std::getline(table_lines, expected)) {
    if (!std::getline(documented_lines, shown)) shown = "<end>";
    if (shown != expected) return "\n  shows:  " + shown + "\n  is now: " + expected;
  }
  return "\n  shows rows that are no more";
}

}  // namespace

std::string documented_table_difference(std::string_view page, std::string_view table) {
  auto const file = std::filesystem::path(HPCADVISE_TEST_DATA).parent_path() / "docs" / page;
  std::string text = contents_of(file);
  std::size_t const begin = text.find(table.substr(0, table.find('\n') + 1));
  if (begin == std::string::npos) return file.string() + " has no table with this heading";
  std::size_t const length = end_of_table(text, begin) - begin;
  if (text.compare(begin, length, table) == 0) return "";
  if (std::getenv("HPCADVISE_ACCEPT_GOLDEN") == nullptr)
    return file.string() + first_difference(text.substr(begin, length), table);
  std::ofstream(file, std::ios::binary) << text.replace(begin, length, table);
  return "";
}

}  // namespace hpcadvise::tests
