// SPDX-License-Identifier: Apache-2.0
#pragma once

// The whole tool in one process: what is typed, what is printed, which exit code.

#include "cli/run.hpp"

#include <sstream>
#include <string>
#include <vector>

namespace hpcadvise::cli::testing {

struct Run {
  int code;
  std::string out;
  std::string log;
};

inline Run run(std::vector<std::string> const& words) {
  std::ostringstream out;
  std::ostringstream log;
  Output output{out, log, Terminal{}, Terminal{}};
  int const code = cli::run(words, output);
  return {code, out.str(), log.str()};
}

}  // namespace hpcadvise::cli::testing
