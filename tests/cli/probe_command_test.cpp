// SPDX-License-Identifier: Apache-2.0
// hpcadvise probe, whole, with a runner that invents its times.
#include "tests/cli/measured_by_fake.hpp"
#include "tests/cli/run_in_process.hpp"

#include "profiles/profile_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <vector>

using namespace hpcadvise;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using tests::MeasuredByFake;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

tests::Run probe(Words const& more) {
  Words words{"probe", "--only", "gemm,memory", "--backend", "host", "--budget", "20s", "--name", "invented"};
  words.insert(words.end(), more.begin(), more.end());
  return tests::run(words);
}

// Those of a folder whose names begin so.
std::vector<fs::path> files_named(fs::path const& folder, std::string const& start) {
  std::vector<fs::path> files;
  for (auto const& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().starts_with(start)) files.push_back(entry.path());
  return files;
}

}  // namespace

TEST_CASE("A probe prints its summary, and writes the profile where it was told", "[cli][probe]") {
  MeasuredByFake const machine;
  auto const file = machine.folder.file("p.json");
  auto const result = probe({"-o", file});
  CAPTURE(result.log);
  CHECK(result.code == 0);
  CHECK_THAT(result.out, ContainsSubstring("kokkos fp32"));
  CHECK_THAT(result.log, ContainsSubstring("Wrote " + file));
  CHECK(profiles::read_profile(file).name == "invented");
  CHECK_FALSE(fs::exists(machine.folder / "store"));
}

TEST_CASE("Without a file the profile is a new entry of the store", "[cli][probe]") {
  MeasuredByFake const machine;
  CHECK(probe({}).code == 0);
  CHECK(profiles::read_profile(machine.folder / "store/invented.json").name == "invented");
}

TEST_CASE("What is printed as JSON or Markdown is all that is printed", "[cli][probe]") {
  MeasuredByFake const machine;
  CHECK(profiles::profile_from_json(probe({"--format", "json"}).out, "out").name == "invented");
  CHECK_THAT(probe({"--format", "markdown"}).out, StartsWith("| Probe |"));
}

TEST_CASE("A dash is standard output: the profile once, and nothing beside it", "[cli][probe]") {
  MeasuredByFake const machine;
  auto const result = probe({"-o", "-"});
  CHECK(result.code == 0);
  CHECK(profiles::profile_from_json(result.out, "out").name == "invented");
  CHECK_FALSE(tests::has(result.log, "Wrote"));
  CHECK_FALSE(fs::exists("-"));
}

TEST_CASE("What standard output has open is written through it, and not replaced under it", "[cli][probe]") {
  MeasuredByFake const machine;
  auto const file = machine.folder.file("redirected");
  int const kept = ::dup(STDOUT_FILENO);
  int const target = ::open(file.c_str(), O_WRONLY | O_CREAT, 0600);
  ::dup2(target, STDOUT_FILENO);
  auto const result = probe({"-o", file});
  ::dup2(kept, STDOUT_FILENO);
  ::close(target);
  ::close(kept);
  CHECK(result.code == 0);
  CHECK(profiles::profile_from_json(result.out, "out").name == "invented");
  CHECK(fs::file_size(file) == 0);
}

TEST_CASE("A pipe gets one profile, at the end", "[cli][probe]") {
  MeasuredByFake const machine;
  auto const pipe = machine.folder.file("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  int const reader = ::open(pipe.c_str(), O_RDWR);
  std::string text;
  std::thread drain([&] {
    char chunk[4096];
    while (!text.ends_with('\0'))
      if (auto const got = ::read(reader, chunk, sizeof chunk); got > 0) text.append(chunk, std::size_t(got));
  });
  auto const result = probe({"-o", pipe});
  CHECK(::write(reader, "", 1) == 1);
  drain.join();
  ::close(reader);
  text.pop_back();
  CHECK(result.code == 0);
  CHECK(profiles::profile_from_json(text, "pipe").name == "invented");
}

TEST_CASE("A profile that cannot be written as asked is saved elsewhere, through no link", "[cli][probe]") {
  if (!fs::exists("/dev/full")) SKIP("no /dev/full on this machine");
  MeasuredByFake machine;
  fs::create_symlink(machine.folder / "victim", machine.folder / "invented.json");
  auto const result = probe({"-o", "/dev/full"});
  CHECK(result.code == 2);
  CHECK_THAT(tests::unwrapped(result.log), ContainsSubstring("/dev/full") && ContainsSubstring("was saved to"));
  auto const rescued = files_named(machine.folder.path(), "invented-");
  REQUIRE(rescued.size() == 1);
  CHECK(profiles::read_profile(rescued[0]).name == "invented");
  CHECK_FALSE(fs::exists(machine.folder / "victim"));
}

TEST_CASE("A folder for temporary files that is not there loses no measurement", "[cli][probe]") {
  if (!fs::exists("/dev/full")) SKIP("no /dev/full on this machine");
  MeasuredByFake machine;
  machine.environment.set("TMPDIR", "/nonexistent");
  auto const name = "rescue-of-test-" + std::to_string(::getpid());
  auto const result = tests::run({"probe", "--only", "memory", "--budget", "20s", "--name", name, "-o", "/dev/full"});
  CHECK(result.code == 2);
  CHECK_THAT(tests::unwrapped(result.log), ContainsSubstring("was saved to /tmp"));
  auto const rescued = files_named("/tmp", name);
  REQUIRE(rescued.size() == 1);
  CHECK(profiles::read_profile(rescued[0]).name == name);
  fs::remove(rescued[0]);
}

TEST_CASE("An output that cannot be written ends the run at its first measurement", "[cli][probe]") {
  MeasuredByFake const machine;
  auto const result = probe({"-o", "/dev/null/p.json"});
  CHECK(result.code == 2);
  CHECK_THAT(tests::unwrapped(result.log), ContainsSubstring("/dev/null/p.json"));
  CHECK(probe({"-o", machine.folder.file("")}).code == 2);
}

TEST_CASE("Ctrl-C leaves what is measured, marked partial, and exit code 130", "[cli][probe]") {
  MeasuredByFake const machine("slow interrupts:1");
  auto const file = machine.folder.file("p.json");
  auto const result = probe({"-o", file});
  CAPTURE(result.log);
  CHECK(result.code == 130);
  CHECK(profiles::read_profile(file).partial);
  CHECK_THAT(result.out, ContainsSubstring("Partial"));
}

TEST_CASE("A sample that fails is told by its name, with the reason", "[cli][probe]") {
  MeasuredByFake const machine("crash:1");
  auto const result = probe({"--only", "gemm"});
  CHECK(result.code == 0);
  CHECK_THAT(result.log, ContainsSubstring("  crashed: gemm ") && ContainsSubstring("SIGSEGV"));
  CHECK_FALSE(tests::has(result.log, "a_transposed"));
}
