// SPDX-License-Identifier: Apache-2.0
#pragma once

// A program started to be listened to. It gets a session of its own, so that whatever it starts in turn (mpirun its
// ranks) can be found and ended with it. It dies with this process.

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::probes {

struct Command {
  std::vector<std::string> arguments;              // the program first: a path, or a name to be found in PATH
  std::map<std::string, std::string> environment;  // in addition to this process's own
  std::string cpus{};  // "0-15": to run on those of them that this process may use; empty, or none of them: on all
  std::vector<std::string> without{};  // of its environment: no variable whose name begins with one of these
  std::filesystem::path input{};       // a file to be its stdin; empty: /dev/null
};

struct ExitStatus {
  int code = 0;    // when it ended by itself
  int signal = 0;  // when a signal ended it; 0: none

  bool success() const { return code == 0 && signal == 0; }
};

// "exit code 3", "signal 11 (SIGSEGV)"; an exit code above 128 is read as the shell's and mpirun's sign of a signal.
std::string to_string(ExitStatus const& status);

class ChildProcess {
 public:
  // Throws MachineError when it cannot be started.
  explicit ChildProcess(Command const& command);
  ~ChildProcess();  // ends it, if it still runs
  ChildProcess(ChildProcess const&) = delete;
  ChildProcess& operator=(ChildProcess const&) = delete;

  struct Output {
    enum class Kind { line, nothing, end } kind = Kind::nothing;
    std::string line;  // without its newline; cut where it is longer than any of ours
  };
  // The next line of stdout; nothing when `timeout_s` passed or a signal came first; end when stdout was closed. What
  // stands after the last newline is a line too.
  Output next_line(double timeout_s);

  // The end of what it wrote to stderr, at most 4 KiB, made printable.
  std::string stderr_tail() const;

  // Waits for it to end by itself for `patience_s`, then SIGTERM, `patience_s` again, SIGKILL: to its whole session.
  // After this none of it runs.
  ExitStatus end(double patience_s);

  // SIGTERM at once (mpirun passes it on), then to its whole session, SIGKILL after `patience_s`.
  ExitStatus terminate(double patience_s);

  pid_t pid() const { return pid_; }

 private:
  bool exited_within(double limit_s);
  void drain_stderr();
  void signal_session(int signal) const;
  void kill_session();

  pid_t pid_ = -1;
  int stdout_ = -1;
  int stderr_ = -1;
  std::string pending_;         // of stdout, not yet a whole line
  bool skipping_line_ = false;  // the rest of a line that was too long
  std::string stderr_tail_;
  std::optional<ExitStatus> status_;
};

// What it prints, stdout and then the end of stderr, until it ends or `limit_s` passed. Throws as ChildProcess.
std::string output_of(Command const& command, double limit_s);

// Printable ASCII; everything else as "?"; at most `most` characters, the end marked by "...".
std::string sanitized(std::string_view text, std::size_t most);

}  // namespace hpcadvise::probes
