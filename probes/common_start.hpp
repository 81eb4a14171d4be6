// SPDX-License-Identifier: Apache-2.0
#pragma once

// Several runners that begin to measure at once. Each is told a file, which appears when all of them are ready or gone.

#include "probes/launch/temporary_folder.hpp"

#include <atomic>
#include <cstddef>
#include <string>
#include <utility>

namespace hpcadvise::probes {

// The front end's part.
class CommonStart {
 public:
  explicit CommonStart(std::size_t runner_count) : awaited_(runner_count) {}  // throws FileError

  // For the environment of each runner: name and value.
  std::pair<std::string, std::string> variable() const;

  // Once for each runner, from any thread: it is ready, or will never be.
  void arrived();

 private:
  TemporaryFolder folder_;
  std::atomic<std::size_t> awaited_;
};

// One that hangs costs the others no more than this.
inline constexpr double longest_common_wait_s = 3;

// A runner's part, when it is ready. Returns at once where it was told nothing.
void wait_for_common_start(double limit_s = longest_common_wait_s);

}  // namespace hpcadvise::probes
