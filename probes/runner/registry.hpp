// SPDX-License-Identifier: Apache-2.0
#pragma once

// The measuring half of each probe.

#include "probes/runner/context.hpp"

#include <span>
#include <string_view>

namespace hpcadvise::probes::runner {

struct Measurer {
  std::string_view probe;
  // Checks, then times: fills correctness, timing, work and rates. Throws RequestError for what cannot be measured;
  // whatever else it throws is the sample's failure too.
  void (*measure)(SampleRequest const&, Context const&, profiles::Sample&);
};

// The table of all measurers: a row a probe.
std::span<Measurer const> all_measurers();
Measurer const* find_measurer(std::string_view probe);

}  // namespace hpcadvise::probes::runner
