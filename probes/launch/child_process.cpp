// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/child_process.hpp"

#include "probes/deadline.hpp"
#include "probes/launch/session.hpp"
#include "probes/launch/spawn.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <thread>
#include <utility>

namespace hpcadvise::probes {
namespace {

constexpr std::size_t most_line_bytes = 16u << 20;
constexpr std::size_t most_stderr_bytes = 4096;

std::string signal_name(int signal) {
  char const* const abbreviation = ::sigabbrev_np(signal);
  return abbreviation != nullptr ? fmt::format("signal {} (SIG{})", signal, abbreviation)
                                 : fmt::format("signal {}", signal);
}

// What is there to read now. False at the end of the stream.
bool read_available(int fd, std::string& into) {
  std::array<char, 65536> buffer;
  for (;;) {
    ssize_t const got = ::read(fd, buffer.data(), buffer.size());
    if (got > 0) {
      into.append(buffer.data(), static_cast<std::size_t>(got));
      if (into.size() >= most_line_bytes) return true;
      continue;
    }
    if (got == 0) return false;
    if (errno != EINTR) return errno == EAGAIN || errno == EWOULDBLOCK;
  }
}

}  // namespace

std::string sanitized(std::string_view text, std::size_t most) {
  std::string result(text.substr(0, most));
  for (char& letter : result)
    if ((letter < ' ' || letter > '~') && letter != '\n') letter = '?';
  if (text.size() > most) result += "...";
  return result;
}

std::string output_of(Command const& command, double limit_s) {
  auto const deadline = after(limit_s);
  ChildProcess child(command);
  std::string text;
  while (seconds_until(deadline) > 0) {
    auto const output = child.next_line(std::min(1.0, seconds_until(deadline)));
    if (output.kind == ChildProcess::Output::Kind::end) break;
    if (output.kind == ChildProcess::Output::Kind::line) text += output.line + "\n";
  }
  child.terminate(1);
  return text + child.stderr_tail();
}

std::string to_string(ExitStatus const& status) {
  constexpr int shells_offset = 128;
  if (status.signal != 0) return signal_name(status.signal);
  if (status.code > shells_offset && ::sigabbrev_np(status.code - shells_offset) != nullptr)
    return fmt::format("exit code {}: {}", status.code, signal_name(status.code - shells_offset));
  return fmt::format("exit code {}", status.code);
}

ChildProcess::ChildProcess(Command const& command) {
  Spawned const spawned = spawn(command);
  pid_ = spawned.pid;
  stdout_ = spawned.stdout_fd;
  stderr_ = spawned.stderr_fd;
}

ChildProcess::~ChildProcess() {
  if (!status_) terminate(0.5);
  for (int const fd : {stdout_, stderr_})
    if (fd >= 0) ::close(fd);
}

ChildProcess::Output ChildProcess::next_line(double timeout_s) {
  auto const deadline = after(timeout_s);
  bool polled = false;
  for (;;) {
    if (auto const newline = pending_.find('\n'); newline != std::string::npos) {
      std::string line = pending_.substr(0, newline);
      pending_.erase(0, newline + 1);
      if (std::exchange(skipping_line_, false)) continue;  // the rest of one that was handed over cut
      return {Output::Kind::line, std::move(line)};
    }
    if (pending_.size() >= most_line_bytes) {
      std::string line = std::exchange(pending_, {});
      if (std::exchange(skipping_line_, true)) continue;
      return {Output::Kind::line, std::move(line)};
    }
    if (stdout_ < 0) {
      if (pending_.empty() || std::exchange(skipping_line_, false)) return {Output::Kind::end, {}};
      return {Output::Kind::line, std::exchange(pending_, {})};
    }
    double const left_s = seconds_until(deadline);
    if (left_s <= 0 && polled) return {};
    std::array<pollfd, 2> watched{pollfd{stdout_, POLLIN, 0}, pollfd{stderr_, POLLIN, 0}};
    int const ready = ::poll(watched.data(), watched.size(), static_cast<int>(std::ceil(std::max(0.0, left_s) * 1e3)));
    polled = true;
    if (ready < 0) return {};  // a signal
    if (watched[1].revents != 0) drain_stderr();
    if (watched[0].revents != 0 && !read_available(stdout_, pending_)) {
      ::close(stdout_);
      stdout_ = -1;
    }
  }
}

void ChildProcess::drain_stderr() {
  if (stderr_ < 0) return;
  bool const open = read_available(stderr_, stderr_tail_);
  if (stderr_tail_.size() > most_stderr_bytes) stderr_tail_.erase(0, stderr_tail_.size() - most_stderr_bytes);
  if (open) return;
  ::close(stderr_);
  stderr_ = -1;
}

std::string ChildProcess::stderr_tail() const {
  std::string text = sanitized(stderr_tail_, most_stderr_bytes);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

bool ChildProcess::exited_within(double limit_s) {
  auto const deadline = after(limit_s);
  while (!status_) {
    int status = 0;
    pid_t const ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == pid_ || (ended < 0 && errno == ECHILD)) {
      status_.emplace();
      if (ended == pid_ && WIFSIGNALED(status)) status_->signal = WTERMSIG(status);
      if (ended == pid_ && WIFEXITED(status)) status_->code = WEXITSTATUS(status);
      break;
    }
    if (seconds_until(deadline) <= 0) return false;
    drain_stderr();  // a full pipe would keep it from ending
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  drain_stderr();
  return true;
}

void ChildProcess::signal_session(int signal) const {
  for (pid_t const member : processes_of_session(pid_)) ::kill(member, signal);
}

void ChildProcess::kill_session() {
  // Again while members appear: one may have been forking.
  for (int attempt = 0; attempt < 100 && !processes_of_session(pid_).empty(); ++attempt) {
    signal_session(SIGKILL);
    exited_within(0.02);
  }
}

ExitStatus ChildProcess::end(double patience_s) {
  if (!exited_within(patience_s)) return terminate(patience_s);
  kill_session();
  return *status_;
}

ExitStatus ChildProcess::terminate(double patience_s) {
  if (!status_) ::kill(pid_, SIGTERM);  // mpirun passes it on to its ranks
  if (!exited_within(patience_s / 2)) signal_session(SIGTERM);
  exited_within(patience_s / 2);
  kill_session();
  exited_within(5);
  return status_.value_or(ExitStatus{});
}

}  // namespace hpcadvise::probes
