// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ctrl-C as a question to be asked, instead of the end.

#include <signal.h>

#include <array>

namespace hpcadvise::probes {

// While one lives, SIGINT, SIGTERM and SIGHUP (a connection that is gone) only set a flag; afterwards they do what they
// did before. A signal that was ignored stays ignored (nohup). One at a time; any thread may ask.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(InterruptGuard const&) = delete;
  InterruptGuard& operator=(InterruptGuard const&) = delete;

  bool requested() const;

 private:
  static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, signals.size()> before_{};
};

}  // namespace hpcadvise::probes
