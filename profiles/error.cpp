// SPDX-License-Identifier: Apache-2.0
#include "profiles/error.hpp"

#include <utility>

namespace hpcadvise::profiles {
namespace {

std::string located(std::filesystem::path const& file, std::string const& where, std::string const& what) {
  return where.empty() ? file.string() + ": " + what : file.string() + ": " + where + ": " + what;
}

}  // namespace

Error::Error(ExitCode code, std::string const& what, std::string next_step)
    : std::runtime_error(what), code_(code), next_step_(std::move(next_step)) {}

UsageError::UsageError(std::string const& what, std::string next_step)
    : Error(ExitCode::usage, what, std::move(next_step)) {}

FileError::FileError(std::filesystem::path file, std::string where, std::string const& what, std::string next_step)
    : Error(ExitCode::usage, located(file, where, what), std::move(next_step)),
      file_(std::move(file)),
      where_(std::move(where)) {}

MachineError::MachineError(std::string const& what, std::string next_step)
    : Error(ExitCode::machine, what, std::move(next_step)) {}

InfeasibleError::InfeasibleError(std::string const& what, std::string next_step)
    : Error(ExitCode::nothing_fits, what, std::move(next_step)) {}

}  // namespace hpcadvise::profiles
