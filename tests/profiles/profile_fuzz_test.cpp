// SPDX-License-Identifier: Apache-2.0
#include "invented_profile.hpp"
#include "profiles/error.hpp"
#include "profiles/profile_file.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <cstdint>
#include <random>

using namespace hpcadvise::profiles;

namespace {

// Two samples hold every construct there is, and keep the many parses quick.
std::string small_profile() {
  MachineProfile profile = invented_profile();
  profile.samples = {profile.samples.front(), profile.samples.back()};
  return profile_to_json(profile);
}

// True for a profile, false for a FileError; anything else ends the test.
bool is_profile(std::string_view text) {
  try {
    profile_from_json(text, "p.json");
    return true;
  } catch (FileError const&) {
    return false;
  }
}

}  // namespace

TEST_CASE("Every truncation of a profile is refused", "[profile][fuzz]") {
  std::string const text = small_profile();
  std::size_t const whole = text.size() - 1;  // the last byte is the newline
  std::size_t accepted = 0;
  for (std::size_t size = 0; size < whole; ++size) accepted += is_profile(std::string_view(text).substr(0, size));
  CHECK(accepted == 0);
  CHECK(is_profile(std::string_view(text).substr(0, whole)));
}

TEST_CASE("A profile with any bytes changed is read or refused, and nothing worse", "[profile][fuzz]") {
  std::string const text = small_profile();
  std::mt19937 random(1);  // the same mutations in every run, by the standard's definition
  int accepted = 0;
  int refused = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string mutated = text;
    std::size_t const place = random() % text.size();
    switch (random() % 4) {
      case 0: mutated[place] = char(random() % 256); break;
      case 1: mutated.erase(place, 1 + random() % 16); break;
      case 2: mutated.insert(place, 1, "{}[]\",:-0123456789eE.\\"[random() % 22]); break;
      case 3: mutated.insert(place, mutated.substr(random() % text.size(), random() % 64)); break;
    }
    (is_profile(mutated) ? accepted : refused) += 1;
  }
  // Both happen: a changed letter in a name is still a profile, a lost bracket is not.
  CHECK(accepted > 100);
  CHECK(refused > 1000);
}
