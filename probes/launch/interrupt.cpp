// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/interrupt.hpp"

namespace hpcadvise::probes {
namespace {

// A handler can reach nothing else.
volatile sig_atomic_t signal_came = 0;

extern "C" void note_signal(int) { signal_came = 1; }

void install(int signal, struct sigaction& old) {
  ::sigaction(signal, nullptr, &old);
  if (old.sa_handler == SIG_IGN) return;
  struct sigaction action {};
  action.sa_handler = note_signal;
  ::sigemptyset(&action.sa_mask);
  // No SA_RESTART: a wait for output ends at once.
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  signal_came = 0;
  install(SIGINT, old_interrupt_);
  install(SIGTERM, old_terminate_);
}

InterruptGuard::~InterruptGuard() {
  ::sigaction(SIGINT, &old_interrupt_, nullptr);
  ::sigaction(SIGTERM, &old_terminate_, nullptr);
}

bool InterruptGuard::requested() const { return signal_came != 0; }

}  // namespace hpcadvise::probes
