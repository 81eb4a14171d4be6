// SPDX-License-Identifier: Apache-2.0
#include "advisor/framework.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::advisor;
using enum hpcadvise::advisor::FrameworkKind;

TEST_CASE("Frameworks are known by the words that sources use") {
  CHECK(framework_kind_from_text("llm-foundry (PyTorch FSDP)") == fsdp_eager);
  CHECK(framework_kind_from_text("torchtitan (FSDP2)") == fsdp_compiled);
  CHECK(framework_kind_from_text("Megatron-DeepSpeed (ROCm)") == megatron_deepspeed);
  CHECK(framework_kind_from_text("GPT-NeoX") == megatron_deepspeed);
  CHECK(framework_kind_from_text("Megatron-LM v1/v2 (2020)") == megatron_legacy);
  CHECK(framework_kind_from_text("NeMo / Megatron-Bridge") == megatron_core);
  CHECK(framework_kind_from_text("InternEvo") == internevo);
  CHECK(framework_kind_from_text("something else") == unknown);
  CHECK(framework_kind_from_text("") == unknown);
}

TEST_CASE("Every kind is known by its own name") {
  for (auto const& traits : all_framework_traits()) {
    CHECK(framework_kind_from_text(to_string(traits.kind)) == traits.kind);
    CHECK(&framework_traits(traits.kind) == &traits);
  }
}
