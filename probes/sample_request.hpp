// SPDX-License-Identifier: Apache-2.0
#pragma once

// One sample to take: the unit of the plan. A plan is a plain value that can be printed, sent to a runner, resumed.

#include "probes/ranks.hpp"
#include "probes/stopping_rule.hpp"
#include "profiles/sample.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hpcadvise::probes {

struct SampleRequest {
  std::int64_t id = 0;  // its place in the plan
  std::string probe;
  std::string provider;
  profiles::Parameters parameters;
  StoppingRule rule;
  double timeout_s = 0;   // the watchdog's limit: check, warm-up and readings together
  double expected_s = 0;  // for the budget and the progress bar
  double peak_per_s = 0;  // physics guard: a primary rate above this is not believed; 0: no bound known. Not sent
  Ranks ranks{};          // that take it
  bool sentinel = false;  // repeated through the run
};

struct SamplePlan {
  std::vector<SampleRequest> requests;  // the most valuable first
  std::vector<std::string> dropped;     // what the budget left out, one line each
};

}  // namespace hpcadvise::probes
