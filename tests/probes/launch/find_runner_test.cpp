// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/find_runner.hpp"

#include "probes/launch/temporary_folder.hpp"
#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

fs::path make_program(fs::path const& file) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << "#!/bin/sh\n";
  fs::permissions(file, fs::perms::owner_all);
  return file;
}

}  // namespace

TEST_CASE("A runner's name says backend and architecture", "[runner]") {
  CHECK(runner_name("host", "x86_64") == "hpcadvise-runner-host-x86_64");
}

TEST_CASE("The nearest runner wins: named, then beside, in PATH, in libexec", "[runner]") {
  TemporaryFolder const folder;
  fs::path const root = folder.path();
  RunnerSearch search{"", root / "bin", (root / "path").string()};
  fs::create_directories(root / "bin");

  auto const libexec = make_program(root / "libexec/hpcadvise/r");
  CHECK(find_runner("r", search) == libexec);
  auto const in_path = make_program(root / "path/r");
  CHECK(find_runner("r", search) == in_path);
  auto const beside = make_program(root / "bin/r");
  CHECK(find_runner("r", search) == beside);
  auto const named = make_program(root / "other/x");
  search.override_variable = named.string();
  CHECK(find_runner("r", search) == named);
}

TEST_CASE("A runner that was named and is not there is an error, not a reason to take another", "[runner]") {
  TemporaryFolder const folder;
  make_program(folder.path() / "r");
  RunnerSearch const search{folder.path() / "missing", folder.path(), ""};
  CHECK_THROWS_WITH(find_runner("r", search), ContainsSubstring("missing") && ContainsSubstring("HPCADVISE_RUNNER"));
}

TEST_CASE("Where no runner is, the message says where it was looked for", "[runner]") {
  TemporaryFolder const folder;
  std::ofstream(folder.path() / "r") << "not executable";
  CHECK_THROWS_AS(find_runner("r", {"", folder.path(), ""}), profiles::MachineError);
  CHECK_THROWS_WITH(find_runner("r", {"", folder.path(), ""}), ContainsSubstring(folder.path().string()));
}
