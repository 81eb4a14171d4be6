// SPDX-License-Identifier: Apache-2.0
#pragma once

// The constants of the cost model that no data sheet gives and no fit moves: one table, so that each has a source, and
// the probe that would replace it is known. docs/cost_model.md shows the same rows. Those that are fitted:
// fitted_constants.hpp.

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

// Matrix multiplication.
inline constexpr Constant gemm_bytes_exposed{
    "gemm_bytes_exposed", 0.5, "share of a GEMM's memory traffic that its arithmetic does not hide",
    "eight published cuBLASLt shapes on A100 (Azure NDm A100 v4): 7 % mean error with one half, 11 % with all", "gemm"};
inline constexpr Constant fp8_gemm_alone{"fp8_gemm_alone", 1402.6 / (2 * 794.5),
                                         "FP8 GEMMs without casts over twice the 16-bit rate",
                                         "H100: 1402.6 of 2 x 794.5 TFLOP/s (MAMF, stas00/ml-engineering)", ""};
inline constexpr Constant kernel_launch_s{"kernel_launch_s", 4e-6, "one kernel, launched back to back, s",
                                          "the same eight GEMM shapes, whose smallest is 18 us", "launch"};

// Attention.
inline constexpr Constant softmax_forward_bytes{
    "softmax_forward_bytes", 13, "unfused softmax, scaling, mask and dropout: bytes a score, forward, before the fit",
    "count of reads and writes", "softmax kernel"};
inline constexpr Constant softmax_backward_bytes{"softmax_backward_bytes", 19, "the same, backward",
                                                 "count of reads and writes", "softmax kernel"};
inline constexpr Constant attention_half_length{"attention_half_length", 150,
                                                "sequence length at which fused attention runs at half its rate",
                                                "FlashAttention-2 figures 4 to 6, sequence 512 to 16,384", "attention"};
inline constexpr Constant attention_small_head_factor{
    "attention_small_head_factor", 0.88, "fused attention with heads of 64 over heads of 128",
    "FlashAttention-2, causal, 16,384: 171/189 on A100, 284/328 on H100", "attention, head size 64"};
inline constexpr Constant misaligned_gemm_factor{
    "misaligned_gemm_factor", 0.04, "the same with a head size that 8 does not divide",
    "BLOOM tune-up on A100 (bigscience tr11): 147 s against 107 s a step", "strided-batched gemm"};

// Work limited by memory bandwidth.
inline constexpr Constant elementwise_backward_factor{
    "elementwise_backward_factor", 1.7, "elementwise time backward over forward",
    "fit on published training steps, held since", "one layer in the framework"};
inline constexpr Constant loss_bytes_per_logit{
    "loss_bytes_per_logit", 32,
    "cross-entropy outside the GEMM: cast to fp32, maximum, exponential and sum, gradient, cast back",
    "count of reads and writes: 2+4, 4, 4+4, 4+4, 4+2", "loss kernel"};
inline constexpr Constant fused_loss_bytes_per_logit{"fused_loss_bytes_per_logit", 8,
                                                     "the same in one kernel: maximum, exponential and sum, gradient",
                                                     "count of reads and writes in 16 bit: 2, 2, 2+2", "loss kernel"};

// Collectives.
inline constexpr Constant switched_gather_share{
    "switched_gather_share", 0.768, "all-gather and reduce-scatter over all-reduce, where switches reduce",
    "a ring of eight H200 reaches 367.61 GB/s, an all-reduce in the switches 479 (ND H100 v5)", "collective"};
inline constexpr Constant half_rate_bytes{
    "half_rate_bytes", 18e6, "message at which an all-reduce in a node reaches half its bandwidth",
    "published all-reduce sweeps, 1 MB to 8 GB, Azure NDm A100 v4 and ND H100 v5", "collective, 1-512 MB"};
inline constexpr Constant ramp_exponent_switched{
    "ramp_exponent_switched", 0.8, "steepness of that rise with in-switch reduction (sm_90)",
    "the H100 sweep: 44 GB/s at 1 MB, 479 GB/s at 8 GB", "collective, 1-512 MB"};
inline constexpr Constant ramp_exponent_ring{"ramp_exponent_ring", 0.58, "steepness of that rise for rings",
                                             "the A100 sweep: 36 GB/s at 1 MB, 231 GB/s at 8 GB",
                                             "collective, 1-512 MB"};
inline constexpr Constant noise_met{
    "noise_met", 0.5, "of the most that other jobs' traffic was seen to take of a collective, what is taken to be met",
    "assumed: the middle between none and the most, as it comes and goes", "collective between nodes"};

inline constexpr Constant stream_share{"stream_share", 0.83, "sustained memory bandwidth over the data sheet's",
                                       "triad on A100 80 GB: 1.70 of 2.039 TB/s (Azure NDm A100 v4)", "memory"};

// Links to host memory, one way: what a pinned copy sustains, 0.8 of the nominal rate (25 of 31.5 GB/s on PCIe 4 x16).
inline constexpr Constant host_link_pcie3_bytes_per_s{"host_link_pcie3_bytes_per_s", 12.6e9, "PCIe 3 x16, bytes/s",
                                                      "0.8 of 15.75 GB/s (PCI-SIG)", "host link"};
inline constexpr Constant host_link_pcie4_bytes_per_s{"host_link_pcie4_bytes_per_s", 25.2e9, "PCIe 4 x16, bytes/s",
                                                      "0.8 of 31.5 GB/s (PCI-SIG)", "host link"};
inline constexpr Constant host_link_pcie5_bytes_per_s{"host_link_pcie5_bytes_per_s", 50.4e9, "PCIe 5 x16, bytes/s",
                                                      "0.8 of 63 GB/s (PCI-SIG)", "host link"};
inline constexpr Constant host_link_infinity_fabric_bytes_per_s{
    "host_link_infinity_fabric_bytes_per_s", 28.8e9, "a GCD of MI250X to its host, bytes/s",
    "0.8 of 36 GB/s (LUMI documentation, LUMI-G hardware)", "host link"};
inline constexpr Constant host_link_c2c_bytes_per_s{
    "host_link_c2c_bytes_per_s", 360e9, "NVLink-C2C of a Grace superchip, bytes/s",
    "0.8 of 450 GB/s (NVIDIA GH200 data sheet: 900 GB/s both ways)", "host link"};
inline constexpr Constant host_optimizer_bytes_per_s{"host_optimizer_bytes_per_s", 62e9,
                                                     "state that the optimizer moves on a node's processors, bytes/s",
                                                     "Qwen 72B on four nodes of A100, ZeRO-3 with offload: 10 s a step "
                                                     "of the optimizer (DeepSpeed issue 6834), 34 bytes "
                                                     "a parameter",
                                                     "optimizer on the host"};

// Memory.
inline constexpr Constant fragmentation{
    "fragmentation", 0.10, "what the caching allocator holds beyond tensors, over tensors",
    "set by hand on the published peaks of docs/validation.md: allocated (LUMI) against reserved or nvidia-smi (BLOOM)",
    ""};
inline constexpr Constant fragmentation_kept{"fragmentation_kept", 0.7,
                                             "share of it that a device about to run out cannot get back",
                                             "the published runs that ran and those that did not: the most "
                                             "out-of-memory rows called at 98 % of the others let pass",
                                             ""};
inline constexpr Constant runtime_context_bytes{"runtime_context_bytes", 1.5 * (1 << 30),
                                                "device runtime and libraries, bytes",
                                                "set by hand on the same peaks, which also score it", ""};
inline constexpr Constant communicator_bytes{"communicator_bytes", 0.5 * (1 << 30),
                                             "buffers of one kind of communicator, bytes", "the same peaks", ""};
inline constexpr Constant zero_bucket_bytes{"zero_bucket_bytes", 2.0 * (1 << 30),
                                            "DeepSpeed's reduce and gather buckets, bytes", "the same peaks", ""};

// Intervals, in log of the step time.
inline constexpr Constant sigma_base{
    "sigma_base", 0.088, "any plan",
    "80 % of the published runs inside: those of the table, each source left out of the "
    "fit, and those kept aside (docs/validation.md)",
    ""};
// The parts of sigma_base: what two runs on one machine share of it decides what a measured step tells of another.
inline constexpr Constant sigma_machine{"sigma_machine", 0.03, "its part that all runs on a machine share",
                                        "errors of runs of one source, its constants fitted without it", ""};
inline constexpr Constant sigma_likeness{"sigma_likeness", 0.062, "its part that like plans share",
                                         "the same, by the likelihood of a Gaussian process (docs/verify.md)", ""};
inline constexpr Constant sigma_plan{"sigma_plan", 0.05, "its part of one plan alone", "the same", ""};
inline constexpr Constant sigma_repeat{
    "sigma_repeat", 0.03, "its part of one run alone",
    "published runs of one plan, machine and framework: median spread of 37 groups 0.03", ""};
inline constexpr Constant like_doublings{"like_doublings", 3,
                                         "doublings of tensor or pipeline parallelism, micro-batch, devices, sequence "
                                         "or parameters by which likeness falls to exp(-1/2)",
                                         "the same likelihood", ""};
inline constexpr Constant unlike_choice{
    "unlike_choice", 0.36, "squared distance of another sharding, precision or framework", "the same likelihood", ""};
inline constexpr Constant doubt_of_kind{"doubt_of_kind", 0.6,
                                        "share of a doubt about a kind of plan, of its variance, that all such plans "
                                        "on a machine have in common",
                                        "the same likelihood", ""};
inline constexpr Constant sigma_outside_fit{
    "sigma_outside_fit", 0.20, "a device class that was never fitted, or a superchip of one that was",
    "leave one source out; GH200: seven published runs are off by 0.35 to 0.4 (root mean square of the logarithm)", ""};
inline constexpr Constant sigma_device{
    "sigma_device", 0.062, "another device of a fitted class, with fewer than five published runs, not measured",
    "leave one device out (docs/validation.md): the spread grows from 0.101 to 0.118 on H100, less on A100 and MI250X",
    ""};
inline constexpr Constant sigma_fp8{
    "sigma_fp8", 0.06, "FP8",
    "set with the others so that about 80 % of the runs kept aside lie inside, all together (docs/validation.md)", ""};
inline constexpr Constant sigma_experts{
    "sigma_experts", 0.26, "mixtures of experts",
    "set with the others so that about 80 % of the runs kept aside lie inside, all together (docs/validation.md)", ""};
inline constexpr Constant sigma_context{
    "sigma_context", 0.05, "context parallelism",
    "set with the others so that about 80 % of the runs kept aside lie inside, all together (docs/validation.md)", ""};
inline constexpr Constant sigma_assumed{
    "sigma_assumed", 0.12, "recomputation, micro-batch or sharding are not stated",
    "identical published plans that differ in what is not stated spread by 7 % in the median, by 60 % at worst", ""};
inline constexpr Constant sigma_amd{
    "sigma_amd", 0.12, "AMD devices",
    "set with the others so that about 80 % of the runs kept aside lie inside, all together (docs/validation.md)", ""};
inline constexpr Constant sigma_large{
    "sigma_large", 0.05, "more than 2,048 devices",
    "set with the others so that about 80 % of the runs kept aside lie inside, all together (docs/validation.md)", ""};
inline constexpr Constant widest_expert_parallel{
    "widest_expert_parallel", 64, "expert-parallel ranks that a published run had; more are unproven",
    "published runs of DeepSeek-V3 and gpt-oss on GB200, of DeepSeek-V3 on H100 (docs/validation.md)", "all-to-all"};
inline constexpr Constant sigma_framework{
    "sigma_framework", 0.19, "the framework is not stated, not described, or known by its code alone",
    "what the kinds described differ by from it: Llama 2 7B by ZeRO-1 on 64 devices, 0.12 on A100, 0.22 on H100", ""};
inline constexpr Constant sigma_hugging_face{
    "sigma_hugging_face", 0.22,
    "a model of Hugging Face's: its attention, kernels and loading of data are the user's choice",
    "set with the others; 48 runs of nine sources kept aside are off by 0.38 or less in 80 % of cases", ""};
inline constexpr Constant sigma_eager_tensor{"sigma_eager_tensor", 0.35,
                                             "tensor parallelism in PyTorch without compiled layers",
                                             "set with the others; 13 runs of five sources kept aside took 0.8 to 2.2 "
                                             "times the predicted time, 12 of them longer",
                                             "tensor parallel layer"};
inline constexpr Constant sigma_offload{
    "sigma_offload", 0.25, "state on the host; it is proposed only where it gains more than this",
    "no published run; processors step 0.8e9 (DeepSpeed issue 6695) to 1.8e9 parameters a second (issue 6834), a third "
    "of a step",
    ""};
inline constexpr Constant tie_log_ratio{
    "tie_log_ratio", 0.05, "plans closer than this are a tie",
    "identical published runs spread by 6.9 % in the median; measured plans that differ by 3 % come out in the right "
    "order in 71 % of pairs",
    ""};
inline constexpr Constant roomy_share{
    "roomy_share", 0.90, "share of a device's memory below which a plan is trusted to run",
    "two of three published peaks lie no more than a tenth above their estimate: memory_surprise", ""};
inline constexpr Constant room_log_ratio{"room_log_ratio", 0.115,
                                         "log of how much longer a step may be to leave that memory free",
                                         "no more than a step itself may be off by: 1.28 sigma_base", ""};

inline constexpr Constant memory_error{"memory_error", 0.118, "how far a memory estimate is off, in the median",
                                       "214 published peaks that nothing was set on (docs/validation.md)", ""};
inline constexpr Constant memory_surprise{
    "memory_surprise", 0.33, "share of peaks more than a tenth above their estimate", "the same peaks", ""};

}  // namespace constants

// All of the above, in that order.
std::span<Constant const* const> all_constants();

}  // namespace hpcadvise::advisor
