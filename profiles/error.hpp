// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one family of errors. Each carries its exit code and says what, where, what next.
// Unknown is a value (std::optional, a status); these are for what is broken.

#include <filesystem>
#include <stdexcept>
#include <string>

namespace hpcadvise::profiles {

// The documented exit codes of the command line.
enum class ExitCode : int {
  done = 0,
  internal = 1,
  usage = 2,          // bad arguments or bad input
  machine = 3,        // this machine lacks something: no device, no scheduler, no MPI
  nothing_fits = 4,   // no plan fits
  interrupted = 130,  // Ctrl-C; a partial profile has been written
};

class Error : public std::runtime_error {
 public:
  Error(ExitCode code, std::string const& what, std::string next_step);

  ExitCode exit_code() const noexcept { return code_; }
  // What the user can do now; may be empty.
  std::string const& next_step() const noexcept { return next_step_; }

 private:
  ExitCode code_;
  std::string next_step_;
};

// A wrong option or value on the command line.
class UsageError : public Error {
 public:
  UsageError(std::string const& what, std::string next_step);
};

// A file that cannot be used. `where` is a JSON pointer ("/samples/3/timing"), "line 12, column 'tp'",
// or empty for the file as a whole.
class FileError : public Error {
 public:
  FileError(std::filesystem::path file, std::string where, std::string const& what, std::string next_step);

  std::filesystem::path const& file() const noexcept { return file_; }
  std::string const& where() const noexcept { return where_; }

 private:
  std::filesystem::path file_;
  std::string where_;
};

// This machine lacks what was asked for.
class MachineError : public Error {
 public:
  MachineError(std::string const& what, std::string next_step);
};

// No plan can run.
class InfeasibleError : public Error {
 public:
  InfeasibleError(std::string const& what, std::string next_step);
};

}  // namespace hpcadvise::profiles
