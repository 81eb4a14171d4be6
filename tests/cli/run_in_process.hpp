// SPDX-License-Identifier: Apache-2.0
#pragma once

// The whole tool in one process: words in, what it printed and its exit code out.

#include "cli/run.hpp"
#include "cli/terminal.hpp"

#include <sstream>
#include <string>
#include <vector>

namespace hpcadvise::tests {

struct Run {
  int code;
  std::string out;
  std::string log;
};

inline Run run(std::vector<std::string> const& arguments) {
  std::ostringstream out;
  std::ostringstream log;
  cli::Output output{out, log, cli::Terminal{}, cli::Terminal{}};
  int const code = cli::run(arguments, output);
  return {code, out.str(), log.str()};
}

inline bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

// Lines joined again that were broken for the terminal.
inline std::string unwrapped(std::string const& text) {
  std::istringstream words(text);
  std::string result;
  for (std::string word; words >> word;) result += (result.empty() ? "" : " ") + word;
  return result;
}

}  // namespace hpcadvise::tests
