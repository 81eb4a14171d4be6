// SPDX-License-Identifier: Apache-2.0

// hpcadvise-validate RUNS.csv UNSEEN.csv: docs/validation.md on standard output.

#include "report.hpp"

#include <cstdio>
#include <exception>

int main(int argument_count, char** arguments) {
  try {
    if (argument_count != 3) throw std::runtime_error("usage: hpcadvise-validate RUNS.csv UNSEEN.csv");
    std::fputs(hpcadvise::validation::markdown(hpcadvise::validation::validate(arguments[1], arguments[2])).c_str(),
               stdout);
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "hpcadvise-validate: %s\n", error.what());
    return 1;
  }
}
