// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fused attention against an unfused one built on the vendor's BLAS, with the same threads: fp32, batch 1, 8 heads of
// size 128, sequence 2048.

#include "probes/runner/bench/benchmark.hpp"

namespace hpcadvise::probes::runner {

enum class AttentionMask { full, causal };

BenchmarkResult attention_forward_vs_unfused(AttentionMask mask);
// The unfused side starts from the weights that its forward left in memory; the fused one has to compute them again.
BenchmarkResult attention_backward_vs_unfused(AttentionMask mask);
BenchmarkResult attention_forward_rate(AttentionMask mask);
BenchmarkResult attention_backward_rate(AttentionMask mask);

}  // namespace hpcadvise::probes::runner
