// SPDX-License-Identifier: Apache-2.0
#pragma once

// A machine on which the fake runner measures (tests/probes/fake_runner.cpp), and nothing else is found.

#include "tests/support/temporary_folder.hpp"

#include <cstdlib>
#include <map>
#include <string>

namespace hpcadvise::tests {

// Variables of this process, as they were once this is gone.
class Environment {
 public:
  void set(std::string const& name, std::string const& value) {
    char const* const old = std::getenv(name.c_str());
    old_.try_emplace(name, old != nullptr ? std::string(old) : std::string(), old != nullptr);
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  Environment() = default;
  Environment(Environment const&) = delete;
  Environment& operator=(Environment const&) = delete;
  ~Environment() {
    for (auto const& [name, value] : old_)
      value.second ? ::setenv(name.c_str(), value.first.c_str(), 1) : ::unsetenv(name.c_str());
  }

 private:
  std::map<std::string, std::pair<std::string, bool>> old_;
};

// `behaviour`: what FAKE_RUNNER asks of it. Profiles go to a store of the test's own; there is no MPI.
struct MeasuredByFake {
  TemporaryFolder folder;
  Environment environment;

  explicit MeasuredByFake(std::string const& behaviour = "") {
    environment.set("HPCADVISE_RUNNER", HPCADVISE_FAKE_RUNNER);
    environment.set("HPCADVISE_STORE", folder.file("store"));
    environment.set("FAKE_RUNNER", behaviour);
    environment.set("PATH", folder.file("bin"));
    environment.set("SLURM_JOB_ID", "");
    environment.set("TMPDIR", folder.file(""));
  }
};

}  // namespace hpcadvise::tests
