// SPDX-License-Identifier: Apache-2.0
#include "cli/run.hpp"

#include <iostream>

int main(int argument_count, char** arguments) {
  using namespace hpcadvise::cli;
  Output output{std::cout, std::cerr, detect_terminal(1), detect_terminal(2)};
  return run({arguments + 1, arguments + argument_count}, output);
}
