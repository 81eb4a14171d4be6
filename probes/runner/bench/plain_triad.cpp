// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/bench/plain_triad.hpp"

namespace hpcadvise::probes::runner {

void plain_triad(double* __restrict__ a, double const* __restrict__ b, double const* __restrict__ c, double scalar,
                 std::int64_t count) {
#pragma omp parallel for simd schedule(static)
  for (std::int64_t i = 0; i < count; ++i) a[i] = b[i] + scalar * c[i];
}

void plain_first_touch(double* a, double* b, double* c, std::int64_t count) {
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < count; ++i) {
    a[i] = 0;
    b[i] = 1;
    c[i] = 2;
  }
}

}  // namespace hpcadvise::probes::runner
