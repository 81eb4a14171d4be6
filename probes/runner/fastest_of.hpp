// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which of several ways to do the same is the fastest here: a few calls of each, before one is measured.

#include <chrono>

namespace hpcadvise::probes::runner {

// `run(choice)` makes one call by choice 0 .. count - 1 and returns when its work is done. The first call of each warms
// up; of the next ones the shortest counts, as what disturbs a call only makes it longer. Of equals the first.
template <class Clock = std::chrono::steady_clock, class Run>
int fastest_of(int count, Run&& run) {
  constexpr int calls = 3;
  int best = 0;
  auto best_time = Clock::duration::max();
  for (int choice = 0; choice < count; ++choice) {
    run(choice);
    for (int call = 0; call < calls; ++call) {
      auto const begin = Clock::now();
      run(choice);
      auto const time = Clock::now() - begin;
      if (time >= best_time) continue;
      best_time = time;
      best = choice;
    }
  }
  return best;
}

}  // namespace hpcadvise::probes::runner
