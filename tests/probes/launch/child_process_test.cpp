// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/child_process.hpp"

#include "probes/discovery/cpu_list.hpp"
#include "probes/launch/session.hpp"
#include "probes/launch/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <signal.h>
#include <stdlib.h>

#include <fstream>

using namespace hpcadvise::probes;
using Kind = ChildProcess::Output::Kind;

namespace {

Command shell(std::string const& script) { return {{"/bin/sh", "-c", script}, {}}; }

std::vector<std::string> all_lines(ChildProcess& child) {
  std::vector<std::string> lines;
  for (;;) {
    auto const output = child.next_line(10);
    if (output.kind != Kind::line) return lines;
    lines.push_back(output.line);
  }
}

// Of this process, as the kernel lists them.
std::string own_cpus() {
  ChildProcess child(shell("grep Cpus_allowed_list /proc/self/status | cut -f2"));
  return all_lines(child).at(0);
}

}  // namespace

TEST_CASE("Lines come one by one, the last also without its newline", "[child]") {
  ChildProcess child(shell("printf 'one\\n\\nthree'"));
  CHECK(all_lines(child) == std::vector<std::string>{"one", "", "three"});
  CHECK(child.end(5).success());
}

TEST_CASE("Waiting for a line ends at its limit", "[child]") {
  ChildProcess child(shell("sleep 60"));
  CHECK(child.next_line(0.05).kind == Kind::nothing);
}

TEST_CASE("stdin is empty and the environment has the additions", "[child]") {
  ChildProcess child({{"/bin/sh", "-c", "cat; echo \"$ADDED\""}, {{"ADDED", "x y"}}});
  CHECK(all_lines(child) == std::vector<std::string>{"x y"});
}

TEST_CASE("A child reads the file that is its stdin", "[child]") {
  TemporaryFolder const folder;
  std::ofstream(folder.path() / "plan") << "one\ntwo\n";
  auto command = shell("cat");
  command.input = folder.path() / "plan";
  ChildProcess child(command);
  CHECK(all_lines(child) == std::vector<std::string>{"one", "two"});
}

TEST_CASE("A child lacks the variables that it shall not have, but for those it is given", "[child]") {
  ::setenv("HPCADVISE_TEST_ONE", "1", 1);
  ::setenv("HPCADVISE_TEST_TWO", "2", 1);
  auto command = shell("echo $HPCADVISE_TEST_ONE-$HPCADVISE_TEST_TWO");
  command.without = {"HPCADVISE_TEST_"};
  command.environment["HPCADVISE_TEST_TWO"] = "3";
  ChildProcess child(command);
  CHECK(all_lines(child) == std::vector<std::string>{"-3"});
  ::unsetenv("HPCADVISE_TEST_ONE");
  ::unsetenv("HPCADVISE_TEST_TWO");
}

TEST_CASE("What a short program prints comes from both of its streams, and not for ever", "[child]") {
  CHECK(output_of(shell("echo out; echo err >&2"), 10) == "out\nerr");
  CHECK(output_of(shell("echo out; sleep 60"), 0.3) == "out\n");
}

TEST_CASE("A child runs on the CPUs it was given, of those that are allowed", "[child]") {
  auto const own = parse_cpu_list(own_cpus());
  REQUIRE_FALSE(own.empty());
  auto const cpus_of = [](std::string const& cpus) {
    ChildProcess child({{"/bin/sh", "-c", "grep Cpus_allowed_list /proc/self/status | cut -f2"}, {}, cpus});
    return all_lines(child).at(0);
  };
  std::string const last = std::to_string(own.back());
  CHECK(cpus_of(last) == last);
  CHECK(cpus_of(last + ",100000") == last);
  CHECK(cpus_of("100000") == own_cpus());
  CHECK(cpus_of("") == own_cpus());
}

TEST_CASE("The exit is reported as it was", "[child]") {
  CHECK(to_string(ChildProcess(shell("exit 3")).end(5)) == "exit code 3");
  CHECK(to_string(ChildProcess(shell("kill -SEGV $$")).end(5)) == "signal 11 (SIGSEGV)");
  CHECK(to_string(ChildProcess(shell("exit 139")).end(5)) == "exit code 139: signal 11 (SIGSEGV)");
}

TEST_CASE("The end of stderr is kept, bounded and printable", "[child]") {
  ChildProcess child(
      shell("i=0; while [ $i -lt 2000 ]; do echo line $i >&2; i=$((i+1)); done; printf 'a\\033b\\n' >&2"));
  CHECK(all_lines(child).empty());
  child.end(5);
  auto const tail = child.stderr_tail();
  CHECK(tail.size() <= 4096);
  CHECK(tail.ends_with("line 1999\na?b"));
}

TEST_CASE("Nothing of a child's family is left, not even what left its process group", "[child]") {
  pid_t session = 0;
  {
    // The second sleep is a job of its own group; both ignore SIGTERM.
    ChildProcess child(shell("trap '' TERM; set -m; sleep 60 & sleep 60 & echo ready; wait"));
    REQUIRE(child.next_line(10).line == "ready");
    session = child.pid();
    CHECK(processes_of_session(session).size() >= 3);
    child.terminate(0.2);
    CHECK(processes_of_session(session).empty());
  }
  CHECK(processes_of_session(session).empty());
}

TEST_CASE("A child that is let go of is ended", "[child]") {
  pid_t session = 0;
  {
    ChildProcess const child(shell("sleep 60"));
    session = child.pid();
  }
  CHECK(processes_of_session(session).empty());
}

TEST_CASE("Text is made printable and cut", "[child]") {
  CHECK(sanitized("a\x01"
                  "b\x7f\xc3\xa4",
                  100) == "a?b???");
  CHECK(sanitized("abcdef", 3) == "abc...");
}
