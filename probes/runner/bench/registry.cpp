// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/bench/attention_benchmark.hpp"
#include "probes/runner/bench/benchmark.hpp"
#include "probes/runner/bench/collective_benchmark.hpp"
#include "probes/runner/bench/gemm_benchmark.hpp"
#include "probes/runner/bench/stream_benchmark.hpp"

namespace hpcadvise::probes::runner {
namespace {

constexpr Benchmark benchmarks[] = {
    {"gemm_fp32_1024_vs_blas", "GEMM, fp32, n = 1024", [] { return gemm_fp32_vs_blas(1024); }},
    {"gemm_fp32_2048_vs_blas", "GEMM, fp32, n = 2048", [] { return gemm_fp32_vs_blas(2048); }},
    {"gemm_fp32_4096_vs_blas", "GEMM, fp32, n = 4096", [] { return gemm_fp32_vs_blas(4096); }},
    {"gemm_fp64_1024_vs_blas", "GEMM, fp64, n = 1024", [] { return gemm_fp64_vs_blas(1024); }},
    {"gemm_fp64_2048_vs_blas", "GEMM, fp64, n = 2048", [] { return gemm_fp64_vs_blas(2048); }},
    {"gemm_fp64_4096_vs_blas", "GEMM, fp64, n = 4096", [] { return gemm_fp64_vs_blas(4096); }},
    {"gemm_fp32_2048_flops_per_s", "GEMM, fp32, n = 2048, its rate", [] { return gemm_fp32_rate(2048); }},
    {"gemm_fp64_2048_flops_per_s", "GEMM, fp64, n = 2048, its rate", [] { return gemm_fp64_rate(2048); }},
    {"attention_forward_full_vs_unfused", "attention, forward, full, sequence 2048, head size 128",
     [] { return attention_forward_vs_unfused(AttentionMask::full); }},
    {"attention_forward_causal_vs_unfused", "attention, forward, causal, sequence 2048, head size 128",
     [] { return attention_forward_vs_unfused(AttentionMask::causal); }},
    {"attention_backward_full_vs_unfused", "attention, backward, full, sequence 2048, head size 128",
     [] { return attention_backward_vs_unfused(AttentionMask::full); }},
    {"attention_backward_causal_vs_unfused", "attention, backward, causal, sequence 2048, head size 128",
     [] { return attention_backward_vs_unfused(AttentionMask::causal); }},
    {"attention_forward_full_flops_per_s", "attention, forward, full, its rate",
     [] { return attention_forward_rate(AttentionMask::full); }},
    {"attention_backward_full_flops_per_s", "attention, backward, full, its rate",
     [] { return attention_backward_rate(AttentionMask::full); }},
    {"attention_forward_causal_flops_per_s", "attention, forward, causal, its rate",
     [] { return attention_forward_rate(AttentionMask::causal); }},
    {"attention_backward_causal_flops_per_s", "attention, backward, causal, its rate",
     [] { return attention_backward_rate(AttentionMask::causal); }},
    {"triad_vs_openmp", "triad of three 256 MiB arrays", triad_vs_openmp},
    {"triad_non_temporal_vs_openmp", "the same with non-temporal stores", triad_non_temporal_vs_openmp},
    {"triad_bytes_per_s", "triad of three 256 MiB arrays, its rate", triad_rate},
    {"all_reduce_1_kib_vs_bare_mpi", "the collective probe, 2 ranks",
     [] { return collective_vs_bare_mpi("all_reduce", 1 << 10); }},
    {"all_reduce_4_mib_vs_bare_mpi", "the collective probe, 2 ranks",
     [] { return collective_vs_bare_mpi("all_reduce", 4 << 20); }},
    {"all_gather_64_kib_vs_bare_mpi", "the collective probe, 2 ranks",
     [] { return collective_vs_bare_mpi("all_gather", 64 << 10); }},
    {"reduce_scatter_64_kib_vs_bare_mpi", "the collective probe, 2 ranks",
     [] { return collective_vs_bare_mpi("reduce_scatter", 64 << 10); }},
    {"all_to_all_64_kib_vs_bare_mpi", "the collective probe, 2 ranks",
     [] { return collective_vs_bare_mpi("all_to_all", 64 << 10); }},
    {"point_to_point_64_kib_vs_bare_mpi", "the collective probe, 2 ranks",
     [] { return collective_vs_bare_mpi("point_to_point", 64 << 10); }},
};

}  // namespace

std::span<Benchmark const> all_benchmarks() { return benchmarks; }

}  // namespace hpcadvise::probes::runner
