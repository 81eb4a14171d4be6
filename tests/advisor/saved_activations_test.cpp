// SPDX-License-Identifier: Apache-2.0
#include "advisor/saved_activations.hpp"

#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <optional>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

constexpr double tokens = 1024;
constexpr double hidden = 1024;
constexpr double log_sums = 4 * 16;  // bytes a token: one fp32 number a query and head

// Hidden size 1024, heads as wide together, an FFN of 4096.
ModelSpec small_llama() {
  auto model = small_gpt();
  model.layer_norm = false;
  model.gated_ffn = true;
  return model;
}

LayerActivations kept_by(FrameworkKind framework, Recompute recompute, ModelSpec const& model = small_llama()) {
  auto plan = plan_of(1, 1, 1);
  plan.recompute = recompute;
  return layer_activations(job_of(model), plan, {.framework = framework}, layer_kinds(model).front());
}

double bytes_a_logit(FrameworkKind framework, std::optional<bool> fused_loss = {}, std::int64_t tensor = 1) {
  auto const plan = plan_of(tensor, 1, 1);
  auto const job = job_of(small_gpt());
  EstimateOptions const options{.framework = framework, .fused_loss = fused_loss};
  return logits_bytes(job, plan, options) / (tokens * 32768 / static_cast<double>(tensor));
}

}  // namespace

TEST_CASE("torchtitan keeps the layer's input, Q, V, the attention core's output and the FFN's first product") {
  auto const saved = kept_by(FrameworkKind::fsdp_compiled, Recompute::selective);
  CHECK_THAT(saved.layer_bytes, WithinRel(tokens * (2 * (4 * hidden + 4096) + log_sums)));
  auto const whole = kept_by(FrameworkKind::fsdp_compiled, Recompute::none);
  CHECK_THAT(saved.layer_bytes + saved.working_bytes, WithinRel(whole.layer_bytes));
}

TEST_CASE("MaxText keeps a dense layer's products, and of a mixture what the others keep") {
  // What the layer starts from, Q, K, V, the attention core's output and last product, gate and up.
  auto const saved = kept_by(FrameworkKind::maxtext, Recompute::none);
  CHECK_THAT(saved.layer_bytes, WithinRel(tokens * (2 * (6 * hidden + 2 * 4096) + log_sums)));
  auto const whole = kept_by(FrameworkKind::fsdp_compiled, Recompute::none);
  CHECK_THAT(saved.layer_bytes + saved.working_bytes, WithinRel(whole.layer_bytes));
  auto const mixture = kept_by(FrameworkKind::maxtext, Recompute::none, mixture_of_eight());
  CHECK(mixture.layer_bytes == kept_by(FrameworkKind::fsdp_compiled, Recompute::none, mixture_of_eight()).layer_bytes);
  CHECK(mixture.working_bytes == 0);
}

TEST_CASE("With fewer keys and values than queries torchtitan keeps less of V") {
  auto model = small_llama();
  double const before = kept_by(FrameworkKind::fsdp_compiled, Recompute::selective, model).layer_bytes;
  model.kv_head_count = 4;
  double const after = kept_by(FrameworkKind::fsdp_compiled, Recompute::selective, model).layer_bytes;
  CHECK_THAT(before - after, WithinRel(tokens * 2 * (hidden - 256)));
}

TEST_CASE("Of a mixture torchtitan keeps each copy's first product and output") {
  auto const saved = kept_by(FrameworkKind::fsdp_compiled, Recompute::selective, mixture_of_eight());
  CHECK_THAT(saved.layer_bytes, WithinRel(tokens * (2 * (4 * hidden + 2 * (hidden + 512)) + log_sums)));
}

TEST_CASE("Repeating a fused attention core frees nothing, repeating an unfused one its scores") {
  auto const whole = kept_by(FrameworkKind::megatron_core, Recompute::none);
  auto const fused = kept_by(FrameworkKind::megatron_core, Recompute::attention);
  CHECK(fused.layer_bytes == whole.layer_bytes);
  CHECK(fused.working_bytes == 0);

  auto plan = plan_of(1, 1, 1);
  plan.recompute = Recompute::attention;
  EstimateOptions const unfused{.framework = FrameworkKind::megatron_core, .attention = AttentionKernel::unfused};
  auto const saved = layer_activations(job_of(small_gpt()), plan, unfused, layer_kinds(small_gpt()).front());
  CHECK_THAT(saved.layer_bytes, WithinRel(tokens * hidden * 34));
  CHECK_THAT(saved.working_bytes, WithinRel(tokens * hidden * 5 * 16));
}

TEST_CASE("Of a dense layer Megatron-Core repeats the norms, of experts the activation function as well") {
  auto const freed = [](ModelSpec const& model) {
    return kept_by(FrameworkKind::megatron_core, Recompute::none, model).layer_bytes -
           kept_by(FrameworkKind::megatron_core, Recompute::selective, model).layer_bytes;
  };
  CHECK_THAT(freed(small_llama()), WithinRel(tokens * 2 * 2 * hidden));
  CHECK_THAT(freed(mixture_of_eight()), WithinRel(tokens * 2 * (2 * hidden + 2 * 512)));
}

TEST_CASE(
    "A fused loss holds 16-bit logits and their gradient, PyTorch's own three tensors in fp32, or four where cut") {
  CHECK_THAT(bytes_a_logit(FrameworkKind::fsdp_compiled), WithinRel(4.0));
  CHECK_THAT(bytes_a_logit(FrameworkKind::fsdp_compiled, false), WithinRel(12.0));
  CHECK_THAT(bytes_a_logit(FrameworkKind::fsdp_compiled, false, 8), WithinRel(16.0));
  CHECK_THAT(bytes_a_logit(FrameworkKind::fsdp_plain), WithinRel(12.0));
  CHECK_THAT(bytes_a_logit(FrameworkKind::fsdp_plain, true), WithinRel(4.0));
  CHECK_THAT(bytes_a_logit(FrameworkKind::megatron_legacy, {}, 8), WithinRel(10.0));
}

TEST_CASE("Only frameworks that drop by default keep masks, and only of models with LayerNorm") {
  auto const bytes_of = [](FrameworkKind kind, bool layer_norm) {
    auto model = small_gpt();
    model.layer_norm = layer_norm;
    return kept_by(kind, Recompute::none, model).layer_bytes;
  };
  double const masks = 2 * tokens * hidden;
  CHECK_THAT(bytes_of(FrameworkKind::megatron_legacy, true) - bytes_of(FrameworkKind::fsdp_eager, true),
             WithinRel(masks));
  CHECK_THAT(bytes_of(FrameworkKind::megatron_legacy, true) - bytes_of(FrameworkKind::megatron_legacy, false),
             WithinRel(masks));
}
