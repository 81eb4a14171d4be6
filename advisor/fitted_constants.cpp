// SPDX-License-Identifier: Apache-2.0
#include "advisor/fitted_constants.hpp"

#include <array>

namespace hpcadvise::advisor {
namespace {

using F = FittedConstants;

// How sure a prior is, in log: a factor that a probe measures well; one that is known roughly; one that is a guess.
constexpr double held = 0;
constexpr double sure = 0.05;
constexpr double rough = 0.15;
constexpr double guessed = 0.4;
constexpr double unknown = 1.0;

constexpr std::array rows{
    FittedRow{"gemm_sustained_sm70", &F::gemm_sustained_sm70, 1.0, sure,
              "V100: what training reaches of the best published GEMM rate", "a GEMM in training is a GEMM",
              "sustained"},
    FittedRow{"gemm_sustained_sm80", &F::gemm_sustained_sm80, 1.0, sure, "the same, A100",
              "a GEMM in training is a GEMM", "sustained"},
    FittedRow{"gemm_sustained_sm90", &F::gemm_sustained_sm90, 0.95, sure, "the same, H100, H200, GH200",
              "the power limit lowers the clock under load", "sustained"},
    FittedRow{"gemm_sustained_gfx90a", &F::gemm_sustained_gfx90a, 0.8, rough,
              "the same, MI250X; 20 % between software generations, so measure", "two GCDs share a module's power",
              "sustained"},
    FittedRow{"fp8_gemm_efficiency", &F::fp8_gemm_efficiency, 0.78, sure,
              "FP8 linear layers, casts apart from them, over twice the 16-bit rate",
              "published FP8 GEMM sweeps on H100", "one layer in the framework"},
    FittedRow{"fp8_gemm_efficiency_fused", &F::fp8_gemm_efficiency_fused, 0.88, sure,
              "the same where the casts are fused with what comes before (Transformer Engine, XLA)",
              "the GEMM alone on an H100: 1402.6 of 2 x 794.5 TFLOP/s (MAMF, stas00/ml-engineering)",
              "one layer in the framework"},
    FittedRow{"fp8_rowwise_factor", &F::fp8_rowwise_factor, 0.7, rough,
              "FP8 linear layers with a scale for each row, over those with one for the tensor",
              "row maxima need a pass of their own", "gemm, fp8, row-wise scales"},
    FittedRow{"flash_attention_factor", &F::flash_attention_factor, 0.9, rough,
              "fused attention in training over the rate that FlashAttention-2 publishes",
              "its kernels, with the clock that training leaves them", "one layer in the framework"},
    FittedRow{"flash_attention_factor_triton", &F::flash_attention_factor_triton, 0.55, rough,
              "the same for FlashAttention's Triton version of 2022",
              "FlashAttention-2 is 1.3 to 2.5 times as fast (Dao 2023, section 4.1)", "one layer in the framework"},
    FittedRow{"flash_attention_factor_current", &F::flash_attention_factor_current, 0.75, rough,
              "the same for today's kernels (FlashAttention-3, cuDNN) over what FlashAttention-3 publishes",
              "the paper's sizes suit it, and the power limit lowers the clock", "one layer in the framework"},
    FittedRow{"batched_gemm_factor", &F::batched_gemm_factor, 0.5, rough,
              "batched GEMMs of unfused attention over the plateau", "short inner dimension", "strided-batched gemm"},
    FittedRow{"softmax_factor", &F::softmax_factor, 1.0, rough,
              "bytes of the unfused softmax, over 13 a score forward and 19 backward", "count of reads and writes",
              "softmax kernel"},
    FittedRow{"elementwise_fused", &F::elementwise_fused, 0.8, rough,
              "bytes of elementwise work over the count: Megatron's JIT-fused GPT layers",
              "bias and activation fused, dropout and residual fused", "one layer in the framework"},
    FittedRow{"elementwise_unfused", &F::elementwise_unfused, 1.3, rough,
              "the same, Megatron's forks with unfused RMSNorm, rotary and SwiGLU", "none of it fused",
              "one layer in the framework"},
    FittedRow{"elementwise_eager", &F::elementwise_eager, 1.3, rough, "the same, eager PyTorch", "none of it fused",
              "one layer in the framework"},
    FittedRow{"elementwise_eager_gated", &F::elementwise_eager_gated, 1.8, rough,
              "the same, layers with RMSNorm, rotary positions and a gated FFN",
              "kernels of a Hugging Face Llama layer counted one by one, RMSNorm in fp32 with 18 bytes where a fused "
              "one moves 4; one fitted run",
              "one layer in the framework"},
    FittedRow{"elementwise_compiled", &F::elementwise_compiled, 0.8, rough, "the same, torch.compile",
              "what can be fused is", "one layer in the framework"},
    FittedRow{"elementwise_core", &F::elementwise_core, 0.9, rough,
              "the same, Megatron-Core with Transformer Engine, gated", "what can be fused is",
              "one layer in the framework"},
    FittedRow{"elementwise_unknown_plain", &F::elementwise_unknown_plain, 0.89, held,
              "the same, framework not stated, GPT-like layers", "geometric mean of the kinds", ""},
    FittedRow{"elementwise_unknown_gated", &F::elementwise_unknown_gated, 1.09, held,
              "the same, framework not stated, gated layers", "geometric mean of the kinds", ""},
    FittedRow{"tensor_parallel_exposure", &F::tensor_parallel_exposure, 0.9, rough,
              "share of tensor-parallel collectives on the critical path", "nothing to hide them under", "overlap"},
    FittedRow{"tensor_parallel_exposure_overlapped", &F::tensor_parallel_exposure_overlapped, 0.4, guessed,
              "the same where the framework overlaps them (Megatron-Core)",
              "user buffers overlap all but the first and last chunks", "overlap"},
    FittedRow{"pipeline_exposure", &F::pipeline_exposure, 0.8, rough,
              "share of stage-to-stage transfers on the critical path", "1F1B hides them in its warm-up only",
              "point to point under load"},
    FittedRow{"expert_parallel_exposure", &F::expert_parallel_exposure, 0.8, rough,
              "share of the all-to-all exchanges of experts on the critical path", "little to hide them under",
              "overlap"},
    FittedRow{"context_attention_factor", &F::context_attention_factor, 0.85, rough,
              "rate of attention cut by context parallelism over that of the whole", "blocks of unequal work",
              "attention with fewer queries than keys"},
    FittedRow{"overlap_cost", &F::overlap_cost, 0.3, guessed,
              "what a fully overlapped collective still costs, over its own time",
              "it takes multiprocessors and memory bandwidth", "overlap"},
    FittedRow{"gather_exposure", &F::gather_exposure, 0.7, held,
              "share of the ZeRO-1/2 parameter all-gather on the critical path", "held at its prior", "overlap"},
    FittedRow{"owner_broadcast_s", &F::owner_broadcast_s, 1e-3, unknown,
              "what a broadcast adds to its bytes when ranks send their parameters one after the other (InternEvo), s",
              "launch and drain of a broadcast between nodes", "collective, many small broadcasts"},
    FittedRow{"aggregation_exponent_old", &F::aggregation_exponent_old, 0.4, guessed,
              "q ranks of one ring in a node get q^x network shares: DeepSpeed-era stacks", "between one share and all",
              "all-reduce between nodes with 1, 2 and all ranks a node"},
    FittedRow{"network_omni_path", &F::network_omni_path, 0.5, rough, "collectives over the nominal rate: Omni-Path",
              "no offload of the transport", "collective between nodes"},
    FittedRow{"network_roce", &F::network_roce, 0.6, rough, "the same, RoCE", "congestion control",
              "collective between nodes"},
    FittedRow{"network_infiniband", &F::network_infiniband, 0.9, sure, "the same, InfiniBand",
              "published all-reduce sweeps between nodes", "collective between nodes"},
    FittedRow{"network_slingshot", &F::network_slingshot, 0.8, held, "the same, Slingshot-11",
              "RCCL on two LUMI-G nodes, 128 MiB: 85 of 100 GB/s", "collective between nodes"},
    FittedRow{"network_unknown", &F::network_unknown, 0.66, held, "the same, a network of unknown kind",
              "geometric mean of the kinds", "collective between nodes"},
    FittedRow{"ring_latency_s", &F::ring_latency_s, 15e-6, held, "a ring collective, for each node it passes, s",
              "published small-message sweeps", "collective, small messages"},
    FittedRow{"host_layer_fused_s", &F::host_layer_fused_s, 3e-3, rough,
              "one layer forward and backward, when the host cannot launch faster: fused layers, s",
              "about 60 operators of 30 to 50 us", "one layer with a tiny batch"},
    FittedRow{"host_layer_core_s", &F::host_layer_core_s, 2e-3, guessed, "the same, layers of Transformer Engine, s",
              "about 40 operators of 30 to 50 us", "one layer with a tiny batch"},
    FittedRow{"host_layer_experts_s", &F::host_layer_experts_s, 4e-3, guessed,
              "the same, what routing adds to a layer of experts, s", "about 100 operators of 30 to 50 us",
              "one layer with a tiny batch"},
    FittedRow{"host_layer_eager_s", &F::host_layer_eager_s, 8e-3, guessed, "the same, layers of unfused operators, s",
              "about 200 operators of 30 to 50 us", "one layer with a tiny batch"},
    FittedRow{"micro_batch_s", &F::micro_batch_s, 2e-3, held, "fixed cost of a micro-batch, s", "held at its prior",
              ""},
    FittedRow{"jitter_per_doubling", &F::jitter_per_doubling, 0.008, held,
              "time lost to the slowest device, for each doubling of nodes", "held at its prior",
              "a loop over many nodes"},
};

}  // namespace

std::span<FittedRow const> fitted_rows() { return rows; }

FittedConstants prior_constants() {
  FittedConstants constants;
  for (FittedRow const& row : rows) constants.*row.value = row.prior;
  return constants;
}

}  // namespace hpcadvise::advisor
