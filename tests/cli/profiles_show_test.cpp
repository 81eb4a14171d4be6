// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/run_in_process.hpp"

#include "profiles/profile_file.hpp"
#include "tests/profiles/invented_profile.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise;

TEST_CASE("A profile is shown as it was accepted", "[cli][golden]") {
  tests::TemporaryFolder const folder;
  auto profile = profiles::invented_profile();
  for (auto& sample : profile.samples)
    if (sample.timing) sample.timing->count = 21;
  profiles::write_profile(profile, folder / "invented.json");
  auto const result = tests::run({"profiles", "show", folder.file("invented.json")});
  CHECK(result.code == 0);
  CHECK(tests::golden_difference("profiles-show-invented.txt", result.out) == "");
}

TEST_CASE("A profile can be copied to standard output, by no name and by a dash", "[cli]") {
  tests::TemporaryFolder const folder;
  auto const file = folder.file("invented.json");
  profiles::write_profile(profiles::invented_profile(), file);
  auto const result = tests::run({"profiles", "export", file, "-o", "-"});
  CHECK(profiles::profile_from_json(result.out, "out").name == "invented");
  CHECK(result.out == tests::run({"profiles", "export", file}).out);
}
