// SPDX-License-Identifier: Apache-2.0
#include "advisor/framework.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace hpcadvise::advisor {
namespace {

using enum FrameworkKind;
using constants::old_aggregation_exponent;
using constants::old_blas_factor;
using constants::tensor_parallel_exposure_overlapped;

// Elementwise factors from the fit (docs/cost_model.md): 0.76 for JIT-fused Megatron of 2020-22, 1.40 for its forks
// with unfused RMSNorm, rotary and SwiGLU, 1.30 for eager PyTorch, 0.65 of that compiled, 0.7 of 1.40 for the fused
// kernels of Megatron-Core. `unknown` is their geometric mean.
// Logits: in 16 bit with an fp32 copy (6), and the fp32 softmax unless the loss is fused (10).
constexpr std::array traits{
    FrameworkTraits{.kind = megatron_core,
                    .name = "megatron-core",
                    .elementwise_plain = 0.76,
                    .elementwise_gated = 0.98,
                    .tensor_parallel_exposure = tensor_parallel_exposure_overlapped,
                    .gradient_overlap = GradientOverlap::last_backward},
    FrameworkTraits{.kind = megatron_legacy,
                    .name = "megatron-legacy",
                    .elementwise_plain = 0.76,
                    .elementwise_gated = 1.40,
                    .gemm_factor = old_blas_factor,
                    .aggregation_exponent = old_aggregation_exponent},
    FrameworkTraits{.kind = megatron_deepspeed,
                    .name = "megatron-deepspeed",
                    .elementwise_plain = 0.76,
                    .elementwise_gated = 1.40,
                    .aggregation_exponent = old_aggregation_exponent,
                    .zero3_aggregation_exponent = 0.0,
                    .pipeline_sends_whole = true,
                    .embedding_is_a_stage_item = true,
                    .gradient_bytes = 6,
                    .zero_bucket_bytes = constants::zero_bucket_bytes},
    FrameworkTraits{.kind = internevo,
                    .name = "internevo",
                    .elementwise_plain = 0.76,
                    .elementwise_gated = 1.40,
                    .gradient_overlap = GradientOverlap::last_backward,
                    .gradient_wire_bytes = 2},
    FrameworkTraits{.kind = fsdp_eager,
                    .name = "fsdp-eager",
                    .elementwise_plain = 1.30,
                    .elementwise_gated = 1.30,
                    .gradient_overlap = GradientOverlap::every_layer,
                    .fp32_weights = true,
                    .gated_ffn_copies = 4,
                    .logit_bytes = 6,
                    .selective_repeats_gemms = true},
    FrameworkTraits{.kind = fsdp_compiled,
                    .name = "fsdp-compiled",
                    .elementwise_plain = 0.845,
                    .elementwise_gated = 0.845,
                    .gradient_overlap = GradientOverlap::every_layer,
                    .fp32_weights = true,
                    .logit_bytes = 6,
                    .selective_repeats_gemms = true},
    FrameworkTraits{.kind = unknown,
                    .name = "unknown",
                    .elementwise_plain = 0.89,
                    .elementwise_gated = 1.09,
                    .gradient_overlap = GradientOverlap::last_backward,
                    .gated_ffn_copies = 4},
};

struct Word {
  std::string_view text;
  FrameworkKind kind;
};

// The first that occurs decides: longer and more particular words first.
constexpr std::array words{
    Word{"torchtitan", fsdp_compiled},     Word{"fsdp-compiled", fsdp_compiled},
    Word{"compile", fsdp_compiled},        Word{"fsdp", fsdp_eager},
    Word{"foundry", fsdp_eager},           Word{"accelerate", fsdp_eager},
    Word{"megatron-core", megatron_core},  Word{"mcore", megatron_core},
    Word{"nemo", megatron_core},           Word{"megatron-bridge", megatron_core},
    Word{"deepspeed", megatron_deepspeed}, Word{"neox", megatron_deepspeed},
    Word{"internevo", internevo},          Word{"megatron", megatron_legacy},
};

}  // namespace

std::span<FrameworkTraits const> all_framework_traits() { return traits; }

FrameworkTraits const& framework_traits(FrameworkKind kind) {
  return *std::find_if(traits.begin(), traits.end(), [&](auto const& row) { return row.kind == kind; });
}

std::string_view to_string(FrameworkKind kind) { return framework_traits(kind).name; }

FrameworkKind framework_kind_from_text(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  auto const word = std::find_if(words.begin(), words.end(),
                                 [&](Word const& row) { return lower.find(row.text) != std::string::npos; });
  return word == words.end() ? unknown : word->kind;
}

}  // namespace hpcadvise::advisor
