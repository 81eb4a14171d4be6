// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/temporary_folder.hpp"

#include "profiles/error.hpp"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace hpcadvise::probes {

TemporaryFolder::TemporaryFolder() {
  std::error_code error;
  auto const parent = std::filesystem::temp_directory_path(error);
  std::string name = ((error ? std::filesystem::path("/tmp") : parent) / "hpcadvise-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw profiles::FileError(name, "", std::string("cannot make a temporary folder: ") + std::strerror(errno),
                              "set TMPDIR to a folder that can be written");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // what remains in a temporary folder harms nobody
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace hpcadvise::probes
