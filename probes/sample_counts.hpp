// SPDX-License-Identifier: Apache-2.0
#pragma once

// How many samples something is said of.

#include "profiles/sample.hpp"

#include <string>
#include <vector>

namespace hpcadvise::probes {

// By probe, the most first: "collective 25, gemm 24".
std::string counted_by_probe(std::vector<profiles::Sample const*> const& samples);

}  // namespace hpcadvise::probes
