// SPDX-License-Identifier: Apache-2.0
#pragma once

// Progress bars of tqdm: " 12%|#2  | 12/100 [00:12<01:30,  1.02s/it, v_num=0]". The elapsed time counts whole seconds
// and the rate is a running average (smoothing 0.3), so windows of the one are preferred to readings of the other.

#include "advisor/training_log.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor::logs {

struct BarPoint {
  std::int64_t done = 0;
  std::int64_t total = 0;
  double elapsed_s = 0;
  std::optional<double> iteration_s;  // from the printed rate
};

std::optional<BarPoint> bar_point(std::string_view line);

class BarCollector {
 public:
  // `run` tells bars of one rank apart: an epoch.
  void add(std::string_view line, BarPoint const& point, std::int64_t run = 0);
  bool empty() const { return ranks_.empty(); }
  // Readings of the bar that ran longest and of the rank that printed it most often, into `time` of each step.
  void finish(TrainingLog& log, std::optional<double> LogStep::*time) const;

 private:
  struct Seen {
    std::int64_t run = 0;
    BarPoint point;
  };
  std::map<std::string, std::vector<Seen>> ranks_;
};

}  // namespace hpcadvise::advisor::logs
