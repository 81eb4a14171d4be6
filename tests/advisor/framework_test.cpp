// SPDX-License-Identifier: Apache-2.0
#include "advisor/framework.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

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

TEST_CASE("Every word that a framework is known by is listed") {
  auto const words = framework_words();
  CHECK(std::is_sorted(words.begin(), words.end()));
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
