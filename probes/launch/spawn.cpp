// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/spawn.hpp"

#include "probes/launch/allowed_cpus.hpp"
#include "profiles/error.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace hpcadvise::probes {
namespace {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&&) = delete;

  int get() const { return fd_; }
  int release() {
    int const fd = fd_;
    fd_ = -1;
    return fd;
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

[[noreturn]] void fail(std::string const& program, int error) {
  throw profiles::MachineError("cannot start '" + program + "': " + std::strerror(error),
                               error == ENOENT || error == EACCES ? "check that the file exists and may be executed"
                                                                  : "check the limits of this session (ulimit -a)");
}

Pipe make_pipe(std::string const& program) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail(program, errno);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// This process's environment, less what is unwanted, with the additions in place of what has the same name.
std::vector<std::string> environment_of(Command const& command) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string_view const text = *entry;
    auto const name = std::string(text.substr(0, text.find('=')));
    bool const is_unwanted =
        std::ranges::any_of(command.without, [&](auto const& prefix) { return name.starts_with(prefix); });
    if (!is_unwanted && !command.environment.contains(name)) result.emplace_back(text);
  }
  for (auto const& [name, value] : command.environment) result.push_back(fmt::format("{}={}", name, value));
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// Between fork and exec only what signal-safety(7) allows. Never returns.
[[noreturn]] void become(char* const* arguments, char* const* environment, int in, int out, int err, int report,
                         cpu_set_t const& cpus, pid_t parent) {
  ::setsid();
  if (CPU_COUNT(&cpus) > 0) ::sched_setaffinity(0, sizeof cpus, &cpus);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);  // it died before the line above
  for (int const signal : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT}) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::dup2(in, 0) == 0 && ::dup2(out, 1) == 1 && ::dup2(err, 2) == 2) ::execvpe(arguments[0], arguments, environment);
  int const error = errno;
  [[maybe_unused]] auto const written = ::write(report, &error, sizeof error);
  ::_exit(127);
}

}  // namespace

Spawned spawn(Command const& command) {
  std::string const& program = command.arguments.at(0);
  auto arguments = command.arguments;
  auto environment = environment_of(command);
  auto const argument_pointers = pointers(arguments);
  auto const environment_pointers = pointers(environment);
  cpu_set_t const cpus = allowed_cpus(command.cpus);
  Descriptor const in(::open(command.input.empty() ? "/dev/null" : command.input.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.get() < 0) fail(program, errno);
  Pipe out = make_pipe(program);
  Pipe err = make_pipe(program);
  Pipe report = make_pipe(program);  // closed by a successful exec; else brings errno

  pid_t const parent = ::getpid();
  pid_t const pid = ::fork();
  if (pid < 0) fail(program, errno);
  if (pid == 0)
    become(argument_pointers.data(), environment_pointers.data(), in.get(), out.write.get(), err.write.get(),
           report.write.get(), cpus, parent);

  ::close(report.write.release());
  int error = 0;
  ssize_t got = 0;
  do got = ::read(report.read.get(), &error, sizeof error);
  while (got < 0 && errno == EINTR);
  if (got == sizeof error) {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    fail(program, error);
  }
  for (int const fd : {out.read.get(), err.read.get()}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return {pid, out.read.release(), err.read.release()};
}

}  // namespace hpcadvise::probes
