// SPDX-License-Identifier: Apache-2.0

// hpcadvise-validate FOLDER: of the tables there, docs/validation.md on standard output.

#include "report.hpp"

#include <cstdio>
#include <exception>

int main(int argument_count, char** arguments) {
  try {
    if (argument_count != 2) throw std::runtime_error("usage: hpcadvise-validate FOLDER, that of the tables");
    std::fputs(hpcadvise::validation::markdown(hpcadvise::validation::validate(arguments[1])).c_str(), stdout);
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "hpcadvise-validate: %s\n", error.what());
    return 1;
  }
}
