// SPDX-License-Identifier: Apache-2.0
#include "advisor/operators.hpp"

#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

TEST_CASE("A layer's GEMMs have the shapes that the framework launches") {
  auto const block = layer_block(job_of(llama_7b(), 2048), plan_of(1, 1, 1, 2));
  REQUIRE(block.gemms.size() == 4);
  CHECK(block.gemms[0].forward == GemmShape{4096, 12288, 4096});
  CHECK(block.gemms[1].forward == GemmShape{4096, 4096, 4096});
  CHECK(block.gemms[2].forward == GemmShape{4096, 22016, 4096});
  CHECK(block.gemms[3].forward == GemmShape{4096, 4096, 11008});
}

TEST_CASE("Tensor parallelism cuts columns of the first GEMM of a pair and rows of the second") {
  auto const block = layer_block(job_of(llama_7b(), 2048), plan_of(4, 1, 1));
  CHECK(block.gemms[0].forward == GemmShape{2048, 3072, 4096});
  CHECK(block.gemms[1].forward == GemmShape{2048, 4096, 1024});
  CHECK(block.gemms[2].forward == GemmShape{2048, 5504, 4096});
  CHECK(block.gemms[3].forward == GemmShape{2048, 4096, 2752});
  CHECK(block.attention->heads == 8);
}

TEST_CASE("Key and value heads are replicated once they cannot be cut further") {
  auto model = llama_7b();
  model.kv_head_count = 2;
  auto const block = layer_block(job_of(model, 2048), plan_of(8, 1, 1));
  CHECK(block.attention->kv_heads == 1);
  CHECK(block.gemms[0].forward.n == (4 + 2) * 128);
}

TEST_CASE("Both gradients of a GEMM do its work in permuted shapes") {
  GemmShape const forward{10, 20, 30};
  CHECK(data_gradient(forward) == GemmShape{10, 30, 20});
  CHECK(weight_gradient(forward) == GemmShape{30, 20, 10});
  CHECK(data_gradient(forward).flops() == forward.flops());
  CHECK(weight_gradient(forward).flops() == forward.flops());
}

TEST_CASE("A layer's forward GEMMs do two FLOPs a weight and token") {
  auto const job = job_of(small_gpt());
  double flops = 0;
  for (auto const& gemm : layer_block(job, plan_of(1, 1, 1, 2)).gemms) flops += gemm.forward.flops();
  CHECK_THAT(flops, WithinRel(2.0 * 2048 * 12 * 1024 * 1024));
}

TEST_CASE("Attention counts its scores once and the causal half not at all") {
  AttentionOperator attention{2, 4, 4, 100, 100, 64, false};
  CHECK(attention_scores(attention) == 80000);
  CHECK(attention_forward_flops(attention) == 4 * 80000.0 * 64);
  attention.causal = true;
  CHECK(attention_forward_flops(attention) == 2 * 80000.0 * 64);
}

TEST_CASE("Tensor parallelism adds two all-reduces of the activation each way, and one rank adds none") {
  auto const job = job_of(small_gpt());
  auto const alone = layer_block(job, plan_of(1, 1, 1));
  CHECK(alone.all_reduces_forward == 0);
  auto const block = layer_block(job, plan_of(2, 1, 1, 4));
  CHECK(block.all_reduces_forward == 2);
  CHECK(block.all_reduces_backward == 2);
  CHECK(block.all_reduce_bytes == 4.0 * 1024 * 1024 * 2);
}

TEST_CASE("Sequence parallelism shares the elementwise work over the hidden size") {
  auto const job = job_of(small_gpt());
  auto plan = plan_of(8, 1, 1);
  double const before = layer_block(job, plan).elementwise[0].forward_bytes;
  plan.sequence_parallel = true;
  double const after = layer_block(job, plan).elementwise[0].forward_bytes;
  CHECK_THAT(before - after, WithinRel(14.0 * 1024 * (1 - 1.0 / 8) * 1024 * 2));
}

TEST_CASE("The LM head is cut by vocabulary and stays in 16 bit under FP8") {
  auto const block = head_block(job_of(llama_7b()), plan_of(4, 1, 1));
  CHECK(block.gemms[0].forward == GemmShape{1024, 8000, 4096});
  CHECK_FALSE(block.gemms[0].quantized);
}
