// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace hpcadvise::tests {

std::string golden_difference(std::string_view name, std::string_view text) {
  auto const file = std::filesystem::path(HPCADVISE_TEST_DATA) / "golden" / name;
  if (std::getenv("HPCADVISE_ACCEPT_GOLDEN") != nullptr) {
    std::ofstream(file, std::ios::binary) << text;
    return "";
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return "no such golden file: " + file.string();
  std::ostringstream expected;
  expected << stream.rdbuf();
  if (expected.view() == text) return "";

  std::istringstream expected_lines(expected.str());
  std::istringstream actual_lines{std::string(text)};
  std::string expected_line;
  std::string actual_line;
  for (int line = 1;; ++line) {
    bool const has_expected = bool(std::getline(expected_lines, expected_line));
    bool const has_actual = bool(std::getline(actual_lines, actual_line));
    if (!has_expected) expected_line = "<end>";
    if (!has_actual) actual_line = "<end>";
    if (expected_line != actual_line || !has_expected || !has_actual)
      return file.string() + ":" + std::to_string(line) + "\n  expected: " + expected_line +
             "\n  printed:  " + actual_line;
  }
}

}  // namespace hpcadvise::tests
