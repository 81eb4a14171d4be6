// SPDX-License-Identifier: Apache-2.0
#include "advisor/framework.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>

namespace hpcadvise::advisor {
namespace {

using enum FrameworkKind;
using F = FittedConstants;

// Gradients added up: inside the GEMM into fp32 (Megatron: read and write 8); from bf16 into fp32 (DeepSpeed: write,
// read 2 + 2, 8); in bf16 (6). FSDP copies parameters out of two gathers (4 + 4), gradients into the scatter and adds
// the shard (8).
// Logits: in 16 bit with an fp32 copy and the fp32 softmax (10). PyTorch's cross_entropy on fp32 logits ends with the
// log-softmax and the gradients before and after it (12); where tensor-parallel ranks share the vocabulary exponentials
// come on top (16; torch.distributed.tensor.parallel.loss, _nll_loss_and_log_softmax_backward). A fused loss keeps 16
// bit and its gradient (4): llm-foundry's (loss_fn: fused_crossentropy) and torchtitan's, which is compiled with the
// model since April 2025 (torchtitan/components/loss.py, build_cross_entropy_loss). Hugging Face's is not
// (transformers/loss/loss_utils.py, ForCausalLMLoss).
// DeepSpeed's pipeline engine, which Megatron-DeepSpeed runs without pipeline as well, has two buffers on the last
// stage and empties neither before it is used again: the fp32 logits of two micro-batches (8 of 10) outlive their
// backward pass (deepspeed/runtime/pipe/engine.py, _exec_forward_pass; megatron/model/gpt_model.py).
//
// Gradients are reduced in the type of the computation by PyTorch FSDP (torch.distributed.fsdp.MixedPrecision,
// reduce_dtype) and by DeepSpeed around any model but Megatron's (runtime/engine.py, communication_data_type), which
// adds them up in it as well (get_data_types). torchtitan and llm-foundry ask FSDP for fp32. Recipes of NeMo and
// Megatron-Bridge hold and reduce them in bf16 (grad_sync_dtype, grad_reduce_in_fp32), Megatron-LM holds fp32 unless
// told otherwise (megatron/training/arguments.py, accumulate_allreduce_grads_in_fp32). NeMo Megatron of 2022 held fp32.
// torchtitan in FP8 casts weights before FSDP gathers them, and activations before tensor-parallel ranks do, unless
// each row has its scale (torchtitan/docs/float8.md, enable_fsdp_float8_all_gather; torchtitan/models/llama3,
// enable_float8_tensorwise_tp). XLA moves any cast to FP8 that follows a gather before it (gpu_compiler.cc,
// CollectiveQuantizer), and MaxText's scales are delayed, so that a cast needs no pass of its own and is fused with
// what comes before (docs.nvidia.com/jax-toolbox, Native XLA-FP8). MaxText on GPUs calls cuDNN's attention
// (NVIDIA/JAX-Toolbox, docs/frameworks/maxtext, attention=cudnn_flash_te), and its least remat_policy there,
// minimal_with_context, keeps products by name and nothing between them (maxtext/layers/decoders.py, minimal_policy).
// nanotron's layers are eager but for norms and attention (nanotron/models/llama.py, GLUActivation); it adds 16-bit
// gradients up in fp32 (write 2, read 2 + 4, write 4), reduces those and keeps both (optim/gradient_accumulator.py).
// Hugging Face's models normalize in fp32 (transformers/models/llama/modeling_llama.py, LlamaRMSNorm).
constexpr double deepspeed_live_parameters = 1e9;  // deepspeed.ai/docs/config-json, stage3_max_live_parameters

constexpr FrameworkTraits fsdp{.kind = fsdp_eager,
                               .name = "fsdp-eager",
                               .elementwise_plain = &F::elementwise_eager,
                               .elementwise_gated = &F::elementwise_eager_gated,
                               .host_layer_ungathered_s = &F::host_layer_fused_s,
                               .hardly_fitted = true,
                               .accumulation_bytes = 16,
                               .copies_gathered_sequence = true,
                               .slow_tensor_parallel = true,
                               .gradient_overlap = GradientOverlap::every_layer,
                               .zero2_gathers = true,
                               .frees_gradients = true,
                               .pytorch_data_parallel = true,
                               .fp32_weights = true,
                               .gated_ffn_copies = 4,
                               .fused_loss = true,
                               .logit_bytes = 12,
                               .cut_logit_bytes = 16,
                               .selective_repeats_gemms = true,
                               .offloads_weights = true};

constexpr FrameworkTraits torchtitan{.kind = fsdp_compiled,
                                     .name = "fsdp-compiled",
                                     .elementwise_plain = &F::elementwise_compiled,
                                     .elementwise_gated = &F::elementwise_compiled,
                                     .host_layer_plain_s = &F::host_layer_fused_s,
                                     .host_layer_gated_s = &F::host_layer_fused_s,
                                     .accumulation_bytes = 16,
                                     .gathers_in_fp8 = true,
                                     .copies_gathered_sequence = true,
                                     .gradient_overlap = GradientOverlap::every_layer,
                                     .zero2_gathers = true,
                                     .frees_gradients = true,
                                     .pytorch_data_parallel = true,
                                     .fp32_weights = true,
                                     .fused_loss = true,
                                     .logit_bytes = 12,
                                     .cut_logit_bytes = 16,
                                     .selective_repeats_gemms = true,
                                     .offloads_weights = true};

// FSDP as PyTorch's users have it: reduces in the type of the computation, with the loss outside of what is compiled
// (foundation-model-stack/fms-fsdp, fms_fsdp/utils/train_utils.py, train and get_policies).
constexpr FrameworkTraits plain(FrameworkTraits row, FrameworkKind kind, std::string_view name) {
  row.kind = kind;
  row.name = name;
  row.hardly_fitted = true;
  row.gathers_in_fp8 = false;
  row.fused_loss = false;
  row.gradient_wire_bytes = 2;
  return row;
}

// A training loop of one's own. DistributedDataParallel and ZeroRedundancyOptimizer reduce the gradients of what is
// trained, weights in fp32 under autocast, as they are (torch/nn/parallel/distributed.py). A model that computes its
// loss itself is compiled with it (karpathy/nanoGPT, model.py).
constexpr FrameworkTraits of_ones_own(FrameworkTraits const& layers, FrameworkKind kind, std::string_view name) {
  FrameworkTraits row = plain(layers, kind, name);
  row.gradient_wire_bytes = 4;
  row.fused_loss = kind == pytorch_compiled;
  return row;
}

// The same layers and reductions; the loss is fused where it is compiled, with the layers
// (torchtitan/config/configs.py, CompileConfig). framework_limits.hpp has what it can besides.
constexpr FrameworkTraits titan_eager() {
  FrameworkTraits row = fsdp;
  row.kind = torchtitan_eager;
  row.name = "torchtitan-eager";
  row.fused_loss = false;
  row.logit_bytes = torchtitan.logit_bytes;
  row.cut_logit_bytes = torchtitan.cut_logit_bytes;
  return row;
}

// llm-foundry as in 2023, when its tables were made: attn_impl triton, which its benchmarks took unless told otherwise
// (scripts/train/benchmarking/submit_benchmarks.py of October 2023).
constexpr FrameworkTraits foundry() {
  FrameworkTraits row = fsdp;
  row.kind = llm_foundry;
  row.name = "llm-foundry";
  row.hardly_fitted = false;
  row.attention_kernel = AttentionKernel::flash_1;
  return row;
}

constexpr FrameworkTraits compiled_by_xla() {
  FrameworkTraits row = torchtitan;
  row.kind = maxtext;
  row.name = "maxtext";
  row.hardly_fitted = true;
  row.fused_casts = true;
  row.attention_kernel = AttentionKernel::flash_3;
  row.fused_loss = false;
  row.logit_bytes = 10;
  row.cut_logit_bytes = 10;
  row.keeps_products_alone = true;
  row.copies_gathered_sequence = false;
  row.pytorch_data_parallel = false;
  row.offloads_weights = false;
  return row;
}

constexpr FrameworkTraits core{.kind = megatron_core,
                               .name = "megatron-core",
                               .elementwise_plain = &F::elementwise_fused,
                               .elementwise_gated = &F::elementwise_core,
                               .host_layer_plain_s = &F::host_layer_core_s,
                               .host_layer_gated_s = &F::host_layer_core_s,
                               .fused_casts = true,
                               .attention_kernel = AttentionKernel::flash_3,
                               .overlaps_tensor_parallel = true,
                               .gradient_overlap = GradientOverlap::last_backward,
                               .cuts_experts_by_default = true,
                               .drops_by_default = true,
                               .weighs_inside_experts = true,
                               .logit_bytes = 6,
                               .cut_logit_bytes = 6,
                               .gradient_wire_bytes = 2,
                               .selective_repeats_activations = true};

constexpr FrameworkTraits nemo_recipes() {
  FrameworkTraits row = core;
  row.kind = nemo;
  row.name = "nemo";
  row.accumulation_bytes = 4;
  row.gradient_bytes = 2;
  return row;
}

constexpr std::array traits{
    core,
    nemo_recipes(),
    FrameworkTraits{.kind = megatron_legacy,
                    .name = "megatron-legacy",
                    .elementwise_plain = &F::elementwise_fused,
                    .elementwise_gated = &F::elementwise_unfused,
                    .host_layer_plain_s = &F::host_layer_fused_s,
                    .aggregation = Aggregation::some_shares,
                    .drops_by_default = true},
    FrameworkTraits{.kind = megatron_deepspeed,
                    .name = "megatron-deepspeed",
                    .elementwise_plain = &F::elementwise_fused,
                    .elementwise_gated = &F::elementwise_unfused,
                    .host_layer_plain_s = &F::host_layer_fused_s,
                    .old_libraries = true,
                    .accumulation_bytes = 12,
                    .zero_reduces_whole = true,
                    .aggregation = Aggregation::some_shares,
                    .zero3_aggregation = Aggregation::one_share,
                    .pipeline_sends_whole = true,
                    .embedding_is_a_stage_item = true,
                    .drops_by_default = true,
                    .logit_share_kept = 0.8,
                    .gradient_bytes = 6,
                    .zero_bucket_bytes = constants::zero_bucket_bytes,
                    .live_parameters = deepspeed_live_parameters,
                    .has_bf16_optimizer = true},
    FrameworkTraits{.kind = internevo,
                    .name = "internevo",
                    .elementwise_plain = &F::elementwise_fused,
                    .elementwise_gated = &F::elementwise_unfused,
                    .accumulation_bytes = 6,
                    .gradient_overlap = GradientOverlap::last_backward,
                    .gradient_wire_bytes = 2,
                    .owners_broadcast = true},
    FrameworkTraits{.kind = nanotron,
                    .name = "nanotron",
                    .elementwise_plain = &F::elementwise_eager,
                    .elementwise_gated = &F::elementwise_eager,
                    .hardly_fitted = true,
                    .accumulation_bytes = 12,
                    .gradient_overlap = GradientOverlap::last_backward,
                    .gated_ffn_copies = 4,
                    .gradient_bytes = 6},
    FrameworkTraits{.kind = hugging_face,
                    .name = "hugging-face",
                    .elementwise_plain = &F::elementwise_eager,
                    .elementwise_gated = &F::elementwise_eager_gated,
                    .hardly_fitted = true,
                    .accumulation_bytes = 6,
                    .slow_tensor_parallel = true,
                    .gradient_overlap = GradientOverlap::every_layer,
                    .zero_waits_for_gradients = true,
                    .zero_reduces_whole = true,
                    .gated_ffn_copies = 4,
                    .norms_in_fp32 = true,
                    .logit_bytes = 12,
                    .cut_logit_bytes = 12,
                    .gradient_bytes = 2,
                    .zero_bucket_bytes = constants::zero_bucket_bytes,
                    .live_parameters = deepspeed_live_parameters,
                    .gradient_wire_bytes = 2},
    of_ones_own(fsdp, pytorch, "pytorch"),
    of_ones_own(torchtitan, pytorch_compiled, "pytorch-compiled"),
    plain(fsdp, fsdp_plain, "fsdp-plain"),
    plain(torchtitan, fsdp_plain_compiled, "fsdp-plain-compiled"),
    fsdp,
    foundry(),
    titan_eager(),
    torchtitan,
    compiled_by_xla(),
    FrameworkTraits{.kind = unknown,
                    .name = "unknown",
                    .elementwise_plain = &F::elementwise_unknown_plain,
                    .elementwise_gated = &F::elementwise_unknown_gated,
                    .host_layer_plain_s = &F::host_layer_fused_s,
                    .host_layer_gated_s = &F::host_layer_fused_s,
                    .gradient_overlap = GradientOverlap::last_backward,
                    .gated_ffn_copies = 4},
};

struct Word {
  std::string_view text;
  FrameworkKind kind;
  bool in_front = false;      // elsewhere it says what a framework is made with
  std::string_view beside{};  // which other word has to be there too
  std::string_view hint{};    // what somebody who says it may have meant
};

// The first that occurs decides: longer and more particular words first.
constexpr std::array words{
    Word{"torchtitan-eager", torchtitan_eager},
    Word{.text = "torchtitan",
         .kind = fsdp_compiled,
         .hint = "its own default, layers not compiled, is torchtitan-eager"},
    Word{"fsdp-plain-compiled", fsdp_plain_compiled},
    Word{"fsdp-compiled", fsdp_compiled},
    Word{"thunder", fsdp_plain_compiled},
    Word{"paxml", fsdp_compiled},
    Word{"maxtext", maxtext},
    Word{.text = "alpa", .kind = fsdp_compiled, .beside = "jax"},
    Word{"jax", maxtext},
    Word{"fsdp-eager", fsdp_eager},
    Word{.text = "foundry",
         .kind = llm_foundry,
         .hint = "as it was in 2023, with FlashAttention's Triton version; today's, with FlashAttention-2, is "
                 "fsdp-eager"},
    Word{"composer", fsdp_eager},
    Word{"automodel", fsdp_eager},
    Word{"fsdp", fsdp_plain},
    Word{.text = "accelerate", .kind = hugging_face, .beside = "deepspeed"},
    Word{.text = "lightning", .kind = hugging_face, .beside = "deepspeed"},
    Word{.text = "pytorch", .kind = hugging_face, .in_front = true, .beside = "deepspeed"},
    Word{"accelerate", fsdp_plain},
    Word{"hugging face", hugging_face},
    Word{"hugging-face", hugging_face},
    Word{"huggingface", hugging_face},
    Word{"transformers", hugging_face},
    Word{"llama-factory", hugging_face},
    Word{"axolotl", hugging_face},
    Word{"ms-swift", hugging_face},
    Word{"trl", hugging_face},
    Word{"nemo megatron", megatron_core},
    Word{"nemo", nemo},
    Word{"megatron-bridge", nemo},
    Word{"megatron-core", megatron_core},
    Word{"mcore", megatron_core},
    Word{"megatron-deepspeed", megatron_deepspeed},
    Word{.text = "deepspeed",
         .kind = megatron_deepspeed,
         .hint = "around a Hugging Face model or one's own it is huggingface"},
    Word{"neox", megatron_deepspeed},
    Word{"internevo", internevo},
    Word{"nanotron", nanotron},
    Word{"megatron-legacy", megatron_legacy},
    Word{
        .text = "megatron", .kind = megatron_legacy, .hint = "as it was in 2022; today's Megatron-LM is megatron-core"},
    Word{"torchtune", fsdp_plain},
    Word{"pytorch-compiled", pytorch_compiled},
    Word{.text = "pytorch", .kind = pytorch, .in_front = true},
    Word{"plain pytorch", pytorch},
    Word{"lightning", pytorch},
    Word{"litgpt", pytorch},
    Word{"nanogpt", pytorch_compiled},
    Word{"ddp", pytorch},
    Word{"compile", pytorch_compiled},
};

// Whether the words say that layers are compiled, if they say anything of it.
std::optional<bool> says_compiled(std::string_view words_of_source) {
  auto const has = [&](std::string_view word) { return words_of_source.find(word) != std::string_view::npos; };
  if (!has("compile")) return std::nullopt;
  return !has("no compile") && !has("not compile") && !has("uncompile") && !has("without compile");
}

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

Word const* word_in(std::string_view lower) {
  auto const has = [&](std::string_view word) { return lower.find(word) != std::string_view::npos; };
  auto const word = std::find_if(words.begin(), words.end(), [&](Word const& row) {
    return (row.in_front ? lower.starts_with(row.text) : has(row.text)) && has(row.beside);
  });
  return word == words.end() ? nullptr : &*word;
}

}  // namespace

std::span<FrameworkTraits const> all_framework_traits() { return traits; }

FrameworkTraits const& framework_traits(FrameworkKind kind) {
  return *std::find_if(traits.begin(), traits.end(), [&](auto const& row) { return row.kind == kind; });
}

std::string_view to_string(FrameworkKind kind) { return framework_traits(kind).name; }

FrameworkKind framework_kind_from_text(std::string_view text) {
  std::string const lower = in_lower_case(text);
  Word const* const word = word_in(lower);
  if (!word) return unknown;
  auto const compiled = says_compiled(lower);
  return compiled ? compiled_or_not(word->kind, *compiled) : word->kind;
}

FrameworkKind compiled_or_not(FrameworkKind kind, bool compiled) {
  switch (kind) {
    case pytorch:
    case pytorch_compiled: return compiled ? pytorch_compiled : pytorch;
    case fsdp_plain:
    case fsdp_plain_compiled: return compiled ? fsdp_plain_compiled : fsdp_plain;
    case fsdp_eager:
    case llm_foundry: return compiled ? fsdp_compiled : kind;
    case torchtitan_eager:
    case fsdp_compiled: return compiled ? fsdp_compiled : torchtitan_eager;
    default: return kind;
  }
}

std::string_view framework_hint(std::string_view text) {
  Word const* const word = word_in(in_lower_case(text));
  return word ? word->hint : std::string_view{};
}

std::vector<std::string_view> framework_words() {
  std::vector<std::string_view> texts;
  texts.reserve(words.size());
  for (Word const& word : words)
    if (word.beside.empty()) texts.push_back(word.text);
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace hpcadvise::advisor
