// SPDX-License-Identifier: Apache-2.0
#pragma once

// STREAM's triad as its author writes it: an OpenMP loop and nothing of ours.

#include <cstdint>

namespace hpcadvise::probes::runner {

// a = b + scalar c; also the first touch, with b and c set as well.
void plain_triad(double* a, double const* b, double const* c, double scalar, std::int64_t count);
void plain_first_touch(double* a, double* b, double* c, std::int64_t count);

}  // namespace hpcadvise::probes::runner
