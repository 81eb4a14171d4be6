// SPDX-License-Identifier: Apache-2.0
#include "profiles/profile_store.hpp"

#include "invented_profile.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/error.hpp"
#include "profiles/profile_file.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstdlib>
#include <string>

using namespace hpcadvise::profiles;
using Catch::Matchers::ContainsSubstring;
using hpcadvise::tests::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

// An environment variable set, or unset by nullptr, while this lives.
class Variable {
 public:
  Variable(char const* name, char const* value) : name_(name) {
    if (char const* const old = std::getenv(name)) old_ = old;
    set(value);
  }
  Variable(Variable const&) = delete;
  Variable& operator=(Variable const&) = delete;
  ~Variable() { set(old_ ? old_->c_str() : nullptr); }

 private:
  void set(char const* value) { value != nullptr ? ::setenv(name_, value, 1) : ::unsetenv(name_); }

  char const* name_;
  std::optional<std::string> old_;
};

}  // namespace

TEST_CASE("The store is where the most particular setting says", "[store]") {
  Variable const home("HOME", "/home/me");
  Variable const data("XDG_DATA_HOME", nullptr);
  Variable const store("HPCADVISE_STORE", nullptr);
  CHECK(store_directory({}) == "/home/me/.local/share/hpcadvise");
  {
    Variable const data_here("XDG_DATA_HOME", "/data");
    CHECK(store_directory({}) == "/data/hpcadvise");
    Variable const store_here("HPCADVISE_STORE", "/store");
    CHECK(store_directory({}) == "/store");
    CHECK(store_directory("given") == "given");
  }
  {
    Variable const relative("XDG_DATA_HOME", "relative");
    CHECK(store_directory({}) == "/home/me/.local/share/hpcadvise");
  }
  Variable const no_home("HOME", nullptr);
  CHECK_THROWS_AS(store_directory({}), UsageError);
}

TEST_CASE("A store that is not there yet holds nothing", "[store]") { CHECK(list_store("/absent/store").empty()); }

TEST_CASE("The list is by name, and a broken file is an entry with its problem", "[store]") {
  TemporaryFolder const store;
  write_profile(invented_profile(), store / "b.json");
  write_file_atomically(store / "a.json", "{");
  write_file_atomically(store / "notes.txt", "not a profile");
  fs::create_directories(store / "folder.json");

  auto const entries = list_store(store.path());
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].name == "a");
  CHECK_THAT(entries[0].problem, ContainsSubstring("line 1"));
  CHECK(entries[1].name == "b");
  CHECK(entries[1].file == store / "b.json");
  CHECK(entries[1].problem.empty());
}

TEST_CASE("A profile is found by path, by name, and by file name", "[store]") {
  TemporaryFolder const store;
  write_profile(invented_profile(), store / "node1-20261122.json");
  CHECK(find_profile("/absent", (store / "node1-20261122.json").string()) == store / "node1-20261122.json");
  CHECK(find_profile(store.path(), "node1-20261122") == store / "node1-20261122.json");
  CHECK(find_profile(store.path(), "node1-20261122.json") == store / "node1-20261122.json");
}

TEST_CASE("A profile that is not found is answered with the nearest name", "[store]") {
  TemporaryFolder const store;
  write_profile(invented_profile(), store / "node1-20261122.json");
  auto const next_step = [&](std::string_view name) {
    try {
      find_profile(store.path(), name);
      return std::string("found");
    } catch (UsageError const& error) {
      return error.next_step();
    }
  };
  CHECK_THAT(next_step("node1-20261121"), ContainsSubstring("'node1-20261122'"));
  CHECK_THAT(next_step("something else"), ContainsSubstring("profiles list"));
  CHECK_THAT(next_step(""), ContainsSubstring("profiles list"));
}

TEST_CASE("A default name is the host and the time, safe in a file name", "[store]") {
  MachineProfile profile = invented_profile();
  CHECK(default_profile_name(profile) == "node1-20261122-130100");
  profile.host.host_name = "../no de/1";
  CHECK(default_profile_name(profile) == "_._no_de_1-20261122-130100");
  profile.host.host_name = "";
  CHECK(default_profile_name(profile) == "host-20261122-130100");
  profile.host.host_name = std::string(1000, 'n');
  CHECK(default_profile_name(profile).size() == 64 + 16);
}
