// SPDX-License-Identifier: Apache-2.0
#include "profiles/build_info.hpp"

#include "git_commit.hpp"

namespace hpcadvise::profiles {

BuildInfo build_info() {
  return {.version = HPCADVISE_VERSION,
          .git_commit = git_commit,
          .compiler = HPCADVISE_COMPILER,
          .build_type = HPCADVISE_BUILD_TYPE};
}

std::string version_text() {
  auto const info = build_info();
  return "hpcadvise " + info.version + " (" + info.git_commit + ", " + info.compiler + ", " + info.build_type + ")";
}

}  // namespace hpcadvise::profiles
