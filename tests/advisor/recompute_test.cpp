// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/recompute.hpp"

#include "advisor/rates.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

BlockCost layer_of_powers() {
  BlockCost layer;
  layer.compute = {1, 100};
  layer.attention = {2, 100};
  layer.elementwise = {4, 100};
  layer.tensor_parallel = {8, 100};
  layer.context_parallel = {16, 100};
  layer.expert_parallel = {32, 100};
  return layer;
}

double repeated_s(Recompute recompute, FrameworkKind framework, std::optional<AttentionKernel> attention = std::nullopt,
                  std::int64_t interval = 1, ModelSpec const& model = small_gpt()) {
  auto const job = job_of(model);
  auto const machine = round_machine();
  EstimateOptions const options{.framework = framework, .attention = attention};
  ParallelPlan plan = plan_of(1, 1, 1);
  plan.recompute = recompute;
  plan.recompute_interval = interval;
  return recompute_cost_s(CostContext{job, plan, machine, options, framework_traits(framework)}, layer_of_powers());
}

}  // namespace

TEST_CASE("Full recomputation repeats all of the forward pass, exchanges included") {
  CHECK(repeated_s(Recompute::none, FrameworkKind::megatron_legacy) == 0);
  CHECK(repeated_s(Recompute::full, FrameworkKind::megatron_legacy) == 63);
}

TEST_CASE("Of every fourth layer recomputed a layer bears a quarter") {
  CHECK_THAT(repeated_s(Recompute::full, FrameworkKind::megatron_legacy, std::nullopt, 4), WithinRel(63.0 / 4));
}

TEST_CASE("Selective recomputation repeats what the framework means by it") {
  CHECK(repeated_s(Recompute::selective, FrameworkKind::megatron_legacy) == 2);
  CHECK(repeated_s(Recompute::selective, FrameworkKind::fsdp_eager) == (1.0 + 8) / 2 + 4);
  CHECK(repeated_s(Recompute::selective, FrameworkKind::megatron_core, AttentionKernel::unfused) == 2);
  CHECK(repeated_s(Recompute::attention, FrameworkKind::megatron_core) == 2);
}

TEST_CASE("Where fused attention keeps no scores, Megatron-Core repeats norms and the experts' activation function") {
  auto const repeated = [](ModelSpec const& model) {
    return repeated_s(Recompute::selective, FrameworkKind::megatron_core, std::nullopt, 1, model);
  };
  // 1024 tokens in 16 bit: two norms read and write 1024 elements; two experts read 2 x 512 and write 512.
  CHECK_THAT(repeated(small_gpt()), WithinRel(elementwise_time_s(round_machine(), 2 * 1024 * 4096.0)));
  CHECK_THAT(repeated(mixture_of_eight()),
             WithinRel(elementwise_time_s(round_machine(), 2 * 1024 * (4096.0 + 2 * 3 * 512))));
}
