// SPDX-License-Identifier: Apache-2.0
#pragma once

// The whole tool as a function: arguments in, exit code out. main() and the tests call it.

#include "cli/command.hpp"

#include <string>
#include <vector>

namespace hpcadvise::cli {

// `arguments` without the program's name. Never throws: an error is a message on `output.log` and its exit code.
int run(std::vector<std::string> const& arguments, Output& output);

}  // namespace hpcadvise::cli
