// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which of several ways to do the same is right here, and of those the fastest: before one is measured.

#include "profiles/sample.hpp"

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <vector>

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

// `check(way, attempt)` makes one call by way 0 .. names.size() - 1 and says in the attempt whether its answer is right
// (see accept); it may throw. `run(way)` makes a call as above. The fastest of the right ones is named in the sample,
// with how right it is, and the others with what is wrong with them. Nothing where none is right: then the sample says
// so.
template <class Clock = std::chrono::steady_clock, class Check, class Run>
std::optional<int> fastest_right_of(std::vector<std::string> const& names, profiles::Sample& sample, Check&& check,
                                    Run&& run) {
  std::vector<int> right;
  std::vector<profiles::Sample> attempts(names.size());
  for (int way = 0; way < int(names.size()); ++way) {
    auto& attempt = attempts[std::size_t(way)];
    try {
      check(way, attempt);
    } catch (std::exception const& error) {
      attempt.status = profiles::SampleStatus::failed;
      attempt.reason = error.what();
    }
    if (attempt.status == profiles::SampleStatus::ok)
      right.push_back(way);
    else
      sample.left_out.push_back(names[std::size_t(way)] + ": " + attempt.reason);
  }
  if (right.empty()) {
    auto const& first = attempts.front();
    sample.status = first.status;
    sample.reason = "by each of its ways; " + sample.left_out.front();
    sample.correctness = first.correctness;
    return {};
  }
  int const best = right[std::size_t(fastest_of<Clock>(int(right.size()), [&](int i) { run(right[std::size_t(i)]); }))];
  sample.variant = names[std::size_t(best)];
  sample.correctness = attempts[std::size_t(best)].correctness;
  return best;
}

}  // namespace hpcadvise::probes::runner
