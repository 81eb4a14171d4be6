// SPDX-License-Identifier: Apache-2.0
#include "advisor/framework.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <functional>

using namespace hpcadvise::advisor;
using enum hpcadvise::advisor::FrameworkKind;

TEST_CASE("Frameworks are known by the words that sources use") {
  CHECK(framework_kind_from_text("llm-foundry (PyTorch FSDP)") == llm_foundry);
  CHECK(framework_kind_from_text("torchtitan (FSDP2)") == fsdp_compiled);
  CHECK(framework_kind_from_text("torchtitan + compile") == fsdp_compiled);
  CHECK(framework_kind_from_text("PyTorch FSDP") == fsdp_plain);
  CHECK(framework_kind_from_text("torchtitan (no compile)") == torchtitan_eager);
  CHECK(framework_kind_from_text("PyTorch FSDP (torch.compile)") == fsdp_plain_compiled);
  CHECK(framework_kind_from_text("PyTorch FSDP, not compiled") == fsdp_plain);
  CHECK(framework_kind_from_text("llm-foundry (torch.compile)") == fsdp_compiled);
  CHECK(framework_kind_from_text("Megatron-Core, torch.compile") == megatron_core);
  CHECK(framework_kind_from_text("MaxText, compiled by XLA") == maxtext);
  CHECK(framework_kind_from_text("torch.compile") == pytorch_compiled);
  CHECK(framework_kind_from_text("MaxText (JAX)") == maxtext);
  CHECK(framework_kind_from_text("Alpa (JAX)") == fsdp_compiled);
  CHECK(framework_kind_from_text("Stanford Alpaca (Hugging Face)") == hugging_face);
  CHECK(framework_kind_from_text("Paxml (JAX)") == fsdp_compiled);
  CHECK(framework_kind_from_text("DeepSpeed (Hugging Face model)") == hugging_face);
  CHECK(framework_kind_from_text("DeepSpeed ZeRO-3") == megatron_deepspeed);
  CHECK(framework_kind_from_text("PyTorch + DeepSpeed") == hugging_face);
  CHECK(framework_kind_from_text("Lightning (DeepSpeed)") == hugging_face);
  CHECK(framework_kind_from_text("Accelerate, DeepSpeed ZeRO-2") == hugging_face);
  CHECK(framework_kind_from_text("Accelerate") == fsdp_plain);
  CHECK(framework_kind_from_text("Megatron-DeepSpeed (PyTorch 2.1)") == megatron_deepspeed);
  CHECK(framework_kind_from_text("Megatron-DeepSpeed (ROCm)") == megatron_deepspeed);
  CHECK(framework_kind_from_text("GPT-NeoX") == megatron_deepspeed);
  CHECK(framework_kind_from_text("Megatron-LM v1/v2 (2020)") == megatron_legacy);
  CHECK(framework_kind_from_text("NeMo / Megatron-Bridge") == nemo);
  CHECK(framework_kind_from_text("NeMo/Megatron-Core") == nemo);
  CHECK(framework_kind_from_text("NeMo Megatron") == megatron_core);
  CHECK(framework_kind_from_text("NeMo AutoModel (FSDP2)") == fsdp_eager);
  CHECK(framework_kind_from_text("InternEvo") == internevo);
  CHECK(framework_kind_from_text("nanotron") == nanotron);
  CHECK(framework_kind_from_text("PyTorch DDP") == pytorch);
  CHECK(framework_kind_from_text("Lightning Fabric, torch.compile") == pytorch_compiled);
  CHECK(framework_kind_from_text("torchtune") == fsdp_plain);
  CHECK(framework_kind_from_text("Axolotl") == hugging_face);
  CHECK(framework_kind_from_text("LLaMA-Factory, FSDP") == fsdp_plain);
  CHECK(framework_kind_from_text("something else") == unknown);
  CHECK(framework_kind_from_text("") == unknown);
}

TEST_CASE("Every word that a framework is known by is listed") {
  auto const words = framework_words();
  CHECK(std::is_sorted(words.begin(), words.end(), std::less_equal<>{}));  // none twice
  for (auto const word : words) CHECK(framework_kind_from_text(word) != unknown);
  for (auto const& traits : all_framework_traits())
    CHECK((traits.kind == unknown || std::any_of(words.begin(), words.end(), [&](std::string_view word) {
             return framework_kind_from_text(word) == traits.kind;
           })));
}

TEST_CASE("Every kind is known by its own name") {
  for (auto const& traits : all_framework_traits()) {
    CHECK(framework_kind_from_text(to_string(traits.kind)) == traits.kind);
    CHECK(&framework_traits(traits.kind) == &traits);
  }
}

TEST_CASE("Eager layers with RMSNorm and a gated FFN move more than those with LayerNorm and GELU") {
  FittedConstants const fitted;
  for (auto const kind : {hugging_face, pytorch, fsdp_plain, fsdp_eager, torchtitan_eager}) {
    auto const& framework = framework_traits(kind);
    CHECK(fitted.*framework.elementwise_gated > fitted.*framework.elementwise_plain);
  }
}

TEST_CASE("Plain FSDP reduces gradients in 16 bit, torchtitan and llm-foundry in fp32; layers are the same") {
  auto plain = framework_traits(fsdp_plain);
  auto const& foundry = framework_traits(llm_foundry);
  CHECK(plain.gradient_wire_bytes == 2);
  CHECK(foundry.gradient_wire_bytes == 4);
  CHECK(framework_traits(fsdp_compiled).gradient_wire_bytes == 4);
  CHECK(plain.elementwise_plain == foundry.elementwise_plain);
  CHECK(plain.gated_ffn_copies == foundry.gated_ffn_copies);
}

TEST_CASE("torch.compile fuses the layers of plain FSDP, and leaves its reductions and its loss as they are") {
  auto const& compiled = framework_traits(fsdp_plain_compiled);
  CHECK(compiled.gradient_wire_bytes == framework_traits(fsdp_plain).gradient_wire_bytes);
  CHECK_FALSE(compiled.fused_loss);
  CHECK_FALSE(compiled.gathers_in_fp8);
  CHECK(compiled.elementwise_plain == framework_traits(fsdp_compiled).elementwise_plain);
  CHECK(compiled.host_layer_gated_s == framework_traits(fsdp_compiled).host_layer_gated_s);
}

TEST_CASE("A loop of one's own reduces what it trains, fp32, and is compiled with its loss or not at all") {
  for (auto const kind : {pytorch, pytorch_compiled}) {
    CHECK(framework_traits(kind).gradient_wire_bytes == 4);
    CHECK(framework_traits(kind).hardly_fitted);
    CHECK(framework_traits(kind).fused_loss == (kind == pytorch_compiled));
  }
}

TEST_CASE("DeepSpeed around a Hugging Face model keeps its gradients in 16 bit, Megatron-DeepSpeed in both") {
  CHECK(framework_traits(hugging_face).gradient_bytes == 2);
  CHECK(framework_traits(megatron_deepspeed).gradient_bytes == 6);
  CHECK_FALSE(framework_traits(hugging_face).fp32_weights);
}
