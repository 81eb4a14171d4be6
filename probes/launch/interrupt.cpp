// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/interrupt.hpp"

#include <atomic>
#include <cstddef>

namespace hpcadvise::probes {
namespace {

// A handler can reach nothing else. Several threads read it, and a handler may touch an atomic only without a lock.
std::atomic<int> signal_came = 0;
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void note_signal(int) { signal_came = 1; }

void install(int signal, struct sigaction& before) {
  ::sigaction(signal, nullptr, &before);
  if (before.sa_handler == SIG_IGN) return;
  struct sigaction action {};
  action.sa_handler = note_signal;
  ::sigemptyset(&action.sa_mask);
  // No SA_RESTART: a wait for output ends at once.
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  signal_came = 0;
  for (std::size_t i = 0; i < signals.size(); ++i) install(signals[i], before_[i]);
}

InterruptGuard::~InterruptGuard() {
  for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &before_[i], nullptr);
}

bool InterruptGuard::requested() const { return signal_came != 0; }

}  // namespace hpcadvise::probes
