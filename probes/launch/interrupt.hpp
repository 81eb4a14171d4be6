// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ctrl-C as a question to be asked, instead of the end.

#include <signal.h>

namespace hpcadvise::probes {

// While one lives, SIGINT and SIGTERM only set a flag; afterwards they do what they did before. A signal that was
// ignored stays ignored (nohup). One at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(InterruptGuard const&) = delete;
  InterruptGuard& operator=(InterruptGuard const&) = delete;

  bool requested() const;

 private:
  struct sigaction old_interrupt_ {};
  struct sigaction old_terminate_ {};
};

}  // namespace hpcadvise::probes
