// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace hpcadvise::probes {

// A new, private folder below TMPDIR, removed with all in it at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();  // throws FileError
  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder const&) = delete;
  TemporaryFolder& operator=(TemporaryFolder const&) = delete;

  std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace hpcadvise::probes
