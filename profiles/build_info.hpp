// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which build this is; part of the provenance of everything it writes.

#include <string>

namespace hpcadvise::profiles {

struct BuildInfo {
  std::string version;     // "0.1.0"
  std::string git_commit;  // "1a2b3c4d5e6f", with "+" after it when the tree had changes; "unknown" outside of git
  std::string compiler;    // "GNU 12.2.0"
  std::string build_type;  // "Release"
};

BuildInfo build_info();

// One line, for --version.
std::string version_text();

}  // namespace hpcadvise::profiles
