// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every constant of the cost model that no data sheet gives: one table, so that each has a source, and the probe that
// would replace it is known. docs/cost_model.md shows the same rows ("the fit" is described there).

#include <span>
#include <string_view>

namespace hpcadvise::advisor {

struct Constant {
  std::string_view name;
  double value;
  std::string_view what;
  std::string_view source;
  std::string_view probe;  // what would measure it; empty: nothing does yet

  constexpr operator double() const { return value; }
};

namespace constants {

inline constexpr std::string_view fit = "fit on published training steps (docs/cost_model.md, The fit)";

// Matrix multiplication.
inline constexpr Constant gemm_bytes_exposed{
    "gemm_bytes_exposed", 0.5, "share of a GEMM's memory traffic that its arithmetic does not hide",
    "eight published cuBLASLt shapes on A100 (Azure NDm A100 v4): 7 % mean error with one half, 11 % with all", "gemm"};
inline constexpr Constant kernel_launch_s{"kernel_launch_s", 4e-6, "one kernel, launched back to back, s",
                                          "the same eight GEMM shapes, whose smallest is 18 us", "launch"};
inline constexpr Constant fp8_gemm_efficiency{
    "fp8_gemm_efficiency", 0.78, "FP8 linear layers, casts included, over twice the 16-bit rate", fit, "gemm, fp8"};
inline constexpr Constant old_blas_factor{"old_blas_factor", 0.94, "GEMM rate of 2020-22 software over today's", fit,
                                          "gemm in the user's container"};

// Attention.
inline constexpr Constant flash_attention_factor{
    "flash_attention_factor", 0.67, "fused attention in training over the rate that FlashAttention-2 publishes", fit,
    "attention"};
inline constexpr Constant attention_half_length{"attention_half_length", 150,
                                                "sequence length at which fused attention runs at half its rate",
                                                "FlashAttention-2 figures 4 to 6, sequence 512 to 16,384", "attention"};
inline constexpr Constant attention_small_head_factor{
    "attention_small_head_factor", 0.88, "fused attention with heads of 64 over heads of 128",
    "FlashAttention-2, causal, 16,384: 171/189 on A100, 284/328 on H100", "attention, head size 64"};
inline constexpr Constant batched_gemm_factor{
    "batched_gemm_factor", 0.48, "batched GEMMs of unfused attention over the plateau", fit, "strided-batched gemm"};
inline constexpr Constant misaligned_gemm_factor{
    "misaligned_gemm_factor", 0.04, "the same with a head size that 8 does not divide",
    "BLOOM tune-up on A100 (bigscience tr11): 147 s against 107 s a step", "strided-batched gemm"};
inline constexpr Constant softmax_forward_bytes{"softmax_forward_bytes", 13 * 0.83,
                                                "unfused softmax, scaling, mask and dropout: bytes a score, forward",
                                                fit, "softmax kernel"};
inline constexpr Constant softmax_backward_bytes{"softmax_backward_bytes", 19 * 0.83, "the same, backward", fit,
                                                 "softmax kernel"};

// Work limited by memory bandwidth.
inline constexpr Constant elementwise_backward_factor{
    "elementwise_backward_factor", 1.7, "elementwise time backward over forward", fit, "one layer in the framework"};
inline constexpr Constant loss_bytes_per_logit{
    "loss_bytes_per_logit", 32,
    "cross-entropy outside the GEMM: cast to fp32, maximum, exponential and sum, gradient, cast back",
    "count of reads and writes: 2+4, 4, 4+4, 4+4, 4+2", "loss kernel"};

// Collectives.
inline constexpr Constant ring_latency_s{"ring_latency_s", 15e-6, "a ring collective, for each node it passes, s", fit,
                                         "collective, small messages"};
inline constexpr Constant half_rate_bytes{
    "half_rate_bytes", 18e6, "message at which an all-reduce in a node reaches half its bandwidth",
    "published all-reduce sweeps, 1 MB to 8 GB, Azure NDm A100 v4 and ND H100 v5", "collective, 1-512 MB"};
inline constexpr Constant ramp_exponent_switched{
    "ramp_exponent_switched", 0.8, "steepness of that rise with in-switch reduction (sm_90)",
    "the H100 sweep: 44 GB/s at 1 MB, 479 GB/s at 8 GB", "collective, 1-512 MB"};
inline constexpr Constant ramp_exponent_ring{"ramp_exponent_ring", 0.58, "steepness of that rise for rings",
                                             "the A100 sweep: 36 GB/s at 1 MB, 231 GB/s at 8 GB",
                                             "collective, 1-512 MB"};
inline constexpr Constant tensor_parallel_exposure{
    "tensor_parallel_exposure", 0.90, "share of tensor-parallel collectives on the critical path", fit, "overlap"};
inline constexpr Constant tensor_parallel_exposure_overlapped{
    "tensor_parallel_exposure_overlapped", 0.40, "the same where the framework overlaps them (Megatron-Core)",
    "Megatron-Bridge and DGX Cloud benchmark tables, 2025-26: set by hand, not fitted", "overlap"};
inline constexpr Constant fsdp_overlap_cost{
    "fsdp_overlap_cost", 0.33, "what a fully overlapped collective still costs, over its own time", fit, "overlap"};
inline constexpr Constant gather_hidden{"gather_hidden", 0.3,
                                        "share of the ZeRO-1/2 parameter all-gather that is hidden",
                                        "held at its prior in the fit", "overlap"};
inline constexpr Constant old_aggregation_exponent{
    "old_aggregation_exponent", 0.40, "q ranks of one ring in a node get q^x network shares: DeepSpeed-era stacks", fit,
    "all-reduce between nodes with 1, 2 and all ranks a node"};
inline constexpr Constant pipeline_exposure{"pipeline_exposure", 0.80,
                                            "share of stage-to-stage transfers on the critical path", fit,
                                            "point to point under load"};

// Networks: what collectives reach of the nominal rate.
inline constexpr Constant network_omni_path{"network_omni_path", 0.44, "Omni-Path", fit, "collective between nodes"};
inline constexpr Constant network_roce{"network_roce", 0.53, "RoCE", fit, "collective between nodes"};
inline constexpr Constant network_infiniband{"network_infiniband", 1.0, "InfiniBand",
                                             "fit: 1.07 (0.84 to 1.07 with one source left out), held below the wire",
                                             "collective between nodes"};
inline constexpr Constant network_slingshot{"network_slingshot", 0.80, "Slingshot-11",
                                            "RCCL on two LUMI-G nodes, 128 MiB: 85 of 100 GB/s; held in the fit",
                                            "collective between nodes"};
inline constexpr Constant network_unknown{"network_unknown", 0.66, "a network of unknown kind",
                                          "geometric mean of the four kinds above", "collective between nodes"};

inline constexpr Constant stream_share{"stream_share", 0.83, "sustained memory bandwidth over the data sheet's",
                                       "triad on A100 80 GB: 1.70 of 2.039 TB/s (Azure NDm A100 v4)", "memory"};

// What training reaches of the best published GEMM rate.
inline constexpr Constant gemm_sustained_sm70{"gemm_sustained_sm70", 1.05, "V100", fit, "sustained"};
inline constexpr Constant gemm_sustained_sm80{"gemm_sustained_sm80", 1.00, "A100", fit, "sustained"};
inline constexpr Constant gemm_sustained_sm90{"gemm_sustained_sm90", 0.93, "H100, H200, GH200", fit, "sustained"};
inline constexpr Constant gemm_sustained_gfx90a{
    "gemm_sustained_gfx90a", 0.76, "MI250X; 20 % between software generations, so measure", fit, "sustained"};

// The host's part.
inline constexpr Constant host_layer_s{"host_layer_s", 5e-3,
                                       "one layer forward and backward, when the host cannot launch faster, s",
                                       "held in the fit; runs with micro-batch 1", "one layer with a tiny batch"};
inline constexpr Constant micro_batch_s{"micro_batch_s", 2e-3, "fixed cost of a micro-batch, s",
                                        "held at its prior in the fit", ""};
inline constexpr Constant jitter_per_doubling{"jitter_per_doubling", 0.008,
                                              "time lost to the slowest device, for each doubling of nodes",
                                              "held at its prior in the fit", "a loop over many nodes"};

// Memory.
inline constexpr Constant fragmentation{
    "fragmentation", 0.10, "what the caching allocator holds beyond tensors, over tensors",
    "104 published peaks: allocated (LUMI) against reserved or nvidia-smi (BLOOM); median error 12 %", ""};
inline constexpr Constant runtime_context_bytes{"runtime_context_bytes", 2.0 * (1 << 30),
                                                "device runtime and libraries, bytes", "the same 104 peaks", ""};
inline constexpr Constant communicator_bytes{"communicator_bytes", 0.5 * (1 << 30),
                                             "buffers of one kind of communicator, bytes", "the same 104 peaks", ""};
inline constexpr Constant zero_bucket_bytes{"zero_bucket_bytes", 2.0 * (1 << 30),
                                            "DeepSpeed's reduce and gather buckets, bytes", "the same 104 peaks", ""};

// Intervals, in log of the step time.
inline constexpr Constant sigma_base{"sigma_base", 0.15, "any plan; covers 77 % of runs averaged over sources",
                                     "leave one source out over 12 sources", ""};
inline constexpr Constant sigma_outside_fit{"sigma_outside_fit", 0.20, "a device class that was never fitted",
                                            "leave one source out", ""};
inline constexpr Constant sigma_fp8{"sigma_fp8", 0.12, "FP8", "leave one source out", ""};
inline constexpr Constant sigma_amd{"sigma_amd", 0.08, "AMD devices", "leave one source out", ""};
inline constexpr Constant sigma_large{"sigma_large", 0.08, "more than 2,048 devices", "leave one source out", ""};
inline constexpr Constant sigma_framework{
    "sigma_framework", 0.10, "the framework is not stated",
    "elementwise factors of the kinds differ by +-30 %, of 10 to 30 % of a step, and so does overlap", ""};
inline constexpr Constant tie_log_ratio{
    "tie_log_ratio", 0.05, "plans closer than this are a tie",
    "identical published runs spread by 6.9 % in the median; measured plans that differ by 3 % come out in the right "
    "order in 71 % of pairs",
    ""};
inline constexpr Constant roomy_share{"roomy_share", 0.90,
                                      "share of a device's memory below which a plan is trusted to run",
                                      "published peaks are off by 9.1 % in the median from this model (84 runs)", ""};

}  // namespace constants

// All of the above, in that order.
std::span<Constant const* const> all_constants();

}  // namespace hpcadvise::advisor
