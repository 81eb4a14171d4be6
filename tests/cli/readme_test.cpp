// SPDX-License-Identifier: Apache-2.0
// What README.md shows is what is printed.
#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <string>

namespace {

// The indented lines under a heading of README.md, without their indent.
std::string sample_under(std::string const& heading) {
  std::ifstream readme(std::filesystem::path(HPCADVISE_TEST_DATA).parent_path() / "README.md");
  std::string line;
  while (std::getline(readme, line) && line != heading) {
  }
  std::string sample;
  while (std::getline(readme, line) && (line.empty() || line.starts_with("    ")))
    if (!line.empty() || !sample.empty()) sample += (line.empty() ? line : line.substr(4)) + '\n';
  return sample;
}

}  // namespace

TEST_CASE("The sample answer of README.md is the start of the accepted one", "[cli][readme]") {
  std::ifstream golden(std::filesystem::path(HPCADVISE_TEST_DATA) / "golden" / "advise-llama-2-7b-lumi-g-64.txt");
  std::string const sample = sample_under("## What it answers");
  REQUIRE(sample.size() > 1000);
  std::string start(sample.size(), ' ');
  golden.read(start.data(), std::streamsize(start.size()));
  CHECK(start == sample);
}
