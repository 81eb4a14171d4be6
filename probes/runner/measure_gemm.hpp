// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/runner/context.hpp"

#include <functional>
#include <optional>

namespace hpcadvise::probes::runner {

// A matrix multiplication, once made and found right.
struct ReadyGemm {
  std::function<void()> enqueue;  // once more, on the next operands, into the queue of the context's space
  double flops;                   // of a call
  double bytes;                   // compulsory traffic of a call
};

// By the parameters m, n, k, precision, a_transposed, b_transposed. Nothing where the answer was wrong, which the
// sample then says. Throws RequestError.
std::optional<ReadyGemm> ready_gemm(SampleRequest const& request, Context const& context, profiles::Sample& sample);

// gemm. Rates: flops_per_s, bytes_per_s (compulsory traffic).
void measure_gemm(SampleRequest const& request, Context const& context, profiles::Sample& sample);

}  // namespace hpcadvise::probes::runner
