// SPDX-License-Identifier: Apache-2.0
#include "advisor/layer_description.hpp"

#include "advisor/model_library.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using Catch::Matchers::WithinRel;

namespace {

constexpr LayerKind dense{.count = 1};
constexpr LayerKind mixture{.count = 1, .experts = true};

}  // namespace

TEST_CASE("Experts are counted apart from what is not spread over expert parallelism") {
  auto const parameters = layer_parameters(built_in_model("mixtral-8x7b"), mixture);
  CHECK(parameters.experts == 8 * 3 * 4096.0 * 14336);
  // attention with 8 key-value heads
  CHECK(parameters.dense == 4096.0 * (4096 + 2 * 1024) + 4096.0 * 4096);
  // the router, two norms
  CHECK(parameters.replicated == 4096 * 8 + 2 * 4096);
}

TEST_CASE("The kinds of a model add up to its parameters") {
  for (std::string const& name : model_names()) {
    CAPTURE(name);
    auto const model = built_in_model(name);
    auto const count = count_parameters(model);
    double sum = count.embedding + count.lm_head + norm_parameters(model);
    for (LayerKind const& kind : layer_kinds(model))
      sum += static_cast<double>(kind.count) * layer_parameters(model, kind).total();
    CHECK_THAT(sum, WithinRel(count.total, 1e-14));
  }
}

TEST_CASE("Tensor parallelism shares the matrices and leaves each rank its own norms") {
  auto const model = built_in_model("llama-3-8b");
  auto const whole = layer_parameters(model, dense);
  auto const part = layer_parameters(describe_layer(model, dense, {.tensor = 4}));
  CHECK(4 * part.dense == whole.dense);
  CHECK(part.replicated == 2 * 4096);
}

TEST_CASE("What tensor parallelism does not cut stays whole on each rank") {
  auto const model = built_in_model("deepseek-v3");
  auto const whole = layer_parameters(model, mixture);
  auto const part = layer_parameters(describe_layer(model, mixture, {.tensor = 8}));
  // Queries, keys and values on their way into the latent vectors, the router, the norms.
  double const held_by_all = 7168.0 * 1536 + 7168.0 * (512 + 64) + 7168.0 * 256 + 1536 + 512 + 2 * 7168;
  CHECK(whole.replicated == held_by_all);
  CHECK(part.replicated == held_by_all);
  CHECK(8 * part.dense == whole.dense);
}

TEST_CASE("Experts are cut among their own tensor-parallel ranks alone") {
  auto const model = built_in_model("mixtral-8x7b");
  auto const whole = layer_parameters(model, mixture);
  CHECK(layer_parameters(describe_layer(model, mixture, {.tensor = 8})).experts == whole.experts);
  CHECK(4 * layer_parameters(describe_layer(model, mixture, {.expert_tensor = 4})).experts == whole.experts);
}

TEST_CASE("A token uses its own experts and everything else") {
  auto const layer = describe_layer(built_in_model("mixtral-8x7b"), mixture);
  auto const parameters = layer_parameters(layer);
  CHECK(active_parameters(layer) == parameters.dense + parameters.replicated + parameters.experts / 4);
}

TEST_CASE("Adapters of a cut matrix are cut on the same side") {
  auto const model = built_in_model("llama-2-7b");
  LoraAdapters const lora{.rank = 8, .targets = LoraTargets::all_linear};
  auto const adapters = [&](std::int64_t tensor) {
    return adapter_parameters(lora, describe_layer(model, dense, {.tensor = tensor})).dense;
  };
  // Cut by outputs: A (rank x hidden) of Q, K, V, gate and up stays whole; cut by inputs: B of output and down does.
  CHECK(4 * adapters(4) - adapters(1) == 3 * 8 * 7 * 4096);
}

TEST_CASE("A window shows at most its width, and a causal mask half of the square") {
  LayerAttention attention;
  attention.causal = false;
  CHECK(attended_pairs(attention, 100, 100) == 10000);
  attention.causal = true;
  CHECK(attended_pairs(attention, 100, 100) == 5000);
  attention.window = 10;
  CHECK(attended_pairs(attention, 100, 100) == 1000 - 50);
  attention.window = 1000;
  CHECK(attended_pairs(attention, 100, 100) == 5000);
  CHECK(attended_pairs(attention, 25, 100) == 1250);
}
