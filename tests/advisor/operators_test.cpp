// SPDX-License-Identifier: Apache-2.0
#include "advisor/operators.hpp"

#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>

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

TEST_CASE("A fused loss moves a quarter of the bytes of one that casts the logits to fp32") {
  auto const bytes = [](bool fused_loss) {
    auto const loss = head_block(job_of(llama_7b()), plan_of(1, 1, 1), fused_loss).elementwise.front();
    return loss.forward_bytes + loss.backward_bytes;
  };
  CHECK_THAT(bytes(false), WithinRel(32.0 * 1024 * 32000));
  CHECK_THAT(bytes(true), WithinRel(8.0 * 1024 * 32000));
}

TEST_CASE("The LM head is cut by vocabulary and stays in 16 bit under FP8") {
  auto const block = head_block(job_of(llama_7b()), plan_of(4, 1, 1), false);
  CHECK(block.gemms[0].forward == GemmShape{1024, 8000, 4096});
  CHECK_FALSE(block.gemms[0].quantized);
}

namespace {

// Mixtral's shape in round numbers: 8 experts, 2 for a token.
ModelSpec small_mixture() {
  ModelSpec model = llama_7b();
  model.experts = MixtureOfExperts{.expert_count = 8, .experts_per_token = 2, .expert_ffn_size = 1024};
  return model;
}

constexpr LayerKind mixture_layer{.count = 1, .experts = true};

GemmOperator gemm_named(Block const& block, std::string_view name) {
  for (GemmOperator const& gemm : block.gemms)
    if (gemm.name == name) return gemm;
  FAIL("no such GEMM: " << name);
  return {};
}

bool has_gemm(Block const& block, std::string_view name) {
  return std::any_of(block.gemms.begin(), block.gemms.end(), [&](auto const& gemm) { return gemm.name == name; });
}

double forward_flops(Block const& block) {
  double flops = 0;
  for (GemmOperator const& gemm : block.gemms) flops += gemm.count * gemm.forward.flops();
  return flops;
}

}  // namespace

TEST_CASE("A router and the experts take the place of the FFN", "[moe]") {
  auto const block = layer_block(job_of(small_mixture(), 1024), plan_of(1, 1, 1), mixture_layer);
  CHECK(gemm_named(block, "router").forward == GemmShape{1024, 8, 4096});
  CHECK_FALSE(gemm_named(block, "router").quantized);
  // 1024 tokens x 2 copies over 8 experts
  auto const up = gemm_named(block, "expert_up");
  CHECK(up.forward == GemmShape{256, 2048, 4096});
  CHECK(up.count == 8);
  CHECK(up.grouped);
  CHECK(gemm_named(block, "expert_down").forward == GemmShape{256, 4096, 1024});
  CHECK_FALSE(has_gemm(block, "ffn_up"));
  CHECK(block.expert_all_to_all.forward == 0);
}

TEST_CASE("Expert parallelism leaves a device fewer experts with more tokens each, and sends every copy", "[moe]") {
  auto plan = plan_of(1, 1, 4);
  plan.expert_parallel = 4;
  auto const job = job_of(small_mixture(), 1024);
  auto const block = layer_block(job, plan, mixture_layer);
  CHECK(gemm_named(block, "expert_up").forward == GemmShape{1024, 2048, 4096});
  CHECK(gemm_named(block, "expert_up").count == 2);
  CHECK(forward_flops(block) == forward_flops(layer_block(job, plan_of(1, 1, 4), mixture_layer)));
  CHECK(block.expert_all_to_all.forward == 2);
  CHECK(block.expert_all_to_all.backward == 2);
  CHECK(block.expert_all_to_all.bytes == 1024.0 * 2 * 4096 * 2);
  CHECK(block.copies == 2);
}

TEST_CASE("With tensor parallelism each rank sends its part of the sequence", "[moe]") {
  auto plan = plan_of(4, 1, 1);
  plan.expert_parallel = 4;
  auto const job = job_of(small_mixture(), 1024);
  auto const whole = layer_block(job, plan, mixture_layer);
  CHECK(gemm_named(whole, "expert_up").forward == GemmShape{256, 2048, 4096});
  CHECK(whole.expert_all_to_all.bytes == 1024.0 * 2 * 4096 * 2 / 4);
  CHECK(whole.expert_all_reduce.forward == 0);
  // Only attention reduces over the hidden state: nothing else is cut.
  CHECK(whole.all_reduces_forward == 1);

  SECTION("ranks that share an expert see each other's tokens and half of its width") {
    plan.expert_tensor_parallel = 2;
    auto const cut = layer_block(job, plan, mixture_layer);
    CHECK(gemm_named(cut, "expert_up").forward == GemmShape{512, 1024, 4096});
    CHECK(forward_flops(cut) == forward_flops(whole));
    CHECK(cut.expert_all_reduce.forward == 1);
    CHECK(cut.expert_all_reduce.bytes == 2 * whole.expert_all_to_all.bytes);
  }
}

TEST_CASE("Shared experts are a dense FFN beside the routed ones", "[moe]") {
  auto model = small_mixture();
  model.experts->shared_ffn_size = 2048;
  model.experts->shared_gate = true;
  auto const block = layer_block(job_of(model, 1024), plan_of(2, 1, 1), mixture_layer);
  CHECK(gemm_named(block, "shared_up").forward == GemmShape{1024, 2048, 4096});
  CHECK(gemm_named(block, "shared_down").forward == GemmShape{1024, 4096, 1024});
  CHECK(gemm_named(block, "shared_gate").forward == GemmShape{1024, 1, 4096});
  CHECK(block.all_reduces_forward == 2);
}

TEST_CASE("What every rank holds whole it applies to its own part of the sequence", "[moe]") {
  auto plan = plan_of(4, 1, 1);
  auto const job = job_of(small_mixture(), 1024);
  CHECK(gemm_named(layer_block(job, plan, mixture_layer), "router").forward.m == 1024);
  plan.sequence_parallel = true;
  CHECK(gemm_named(layer_block(job, plan, mixture_layer), "router").forward.m == 256);
}

TEST_CASE("Latent attention projects down and up, and its values are narrower than its keys", "[mla]") {
  auto model = llama_7b();
  model.head_size = 192;
  model.latent_attention = LatentAttention{.query_rank = 1536,
                                           .key_value_rank = 512,
                                           .plain_head_size = 128,
                                           .rotary_head_size = 64,
                                           .value_head_size = 128};
  auto const job = job_of(model, 1024);
  auto const block = layer_block(job, plan_of(4, 1, 1));
  CHECK(gemm_named(block, "query_down").forward == GemmShape{1024, 1536, 4096});
  CHECK(gemm_named(block, "query_up").forward == GemmShape{1024, 8 * 192, 1536});
  CHECK(gemm_named(block, "key_value_down").forward == GemmShape{1024, 512 + 64, 4096});
  CHECK(gemm_named(block, "key_value_up").forward == GemmShape{1024, 8 * (128 + 128), 512});
  CHECK(gemm_named(block, "attention_output").forward == GemmShape{1024, 4096, 8 * 128});
  CHECK(block.attention->kv_heads == 8);
  CHECK(block.attention->head_size == 192);
  CHECK(block.attention->value_head_size == 128);
  // Half of 1024 x 1024 pairs, two FLOPs each over 192 and over 128.
  CHECK(attention_forward_flops(*block.attention) == 2.0 * 8 * 1024 * 1024 / 2 * (192 + 128));

  SECTION("queries may come straight from the hidden state") {
    auto direct = job;
    direct.model.latent_attention->query_rank = 0;
    CHECK(gemm_named(layer_block(direct, plan_of(1, 1, 1)), "query").forward == GemmShape{1024, 32 * 192, 4096});
  }
}

TEST_CASE("A sliding window limits the keys of the layers that have it", "[window]") {
  auto model = llama_7b();
  model.sliding_window = SlidingWindow{.size = 256, .full_interval = 2};
  auto const job = job_of(model, 1024);
  auto const full = *layer_block(job, plan_of(1, 1, 1), {.count = 1}).attention;
  auto const windowed = *layer_block(job, plan_of(1, 1, 1), {.count = 1, .windowed = true}).attention;
  CHECK(full.window == 0);
  CHECK(windowed.window == 256);
  // Of 1024 queries the first 256 see 128 keys in the mean, the others 256: 7/16 of the half square.
  CHECK_THAT(attention_forward_flops(windowed) / attention_forward_flops(full), WithinRel(7.0 / 16));

  SECTION("a window as long as the sequence hides nothing") {
    AttentionOperator wide = full;
    wide.window = 4096;
    CHECK(attention_forward_flops(wide) == attention_forward_flops(full));
  }
}

TEST_CASE("Context parallelism cuts the queries and passes keys and values on", "[context]") {
  auto model = llama_7b();
  model.kv_head_count = 8;
  auto plan = plan_of(2, 1, 1);
  plan.context_parallel = 4;
  auto const job = job_of(model, 4096);
  auto const block = layer_block(job, plan);
  CHECK(block.attention->query_length == 1024);
  CHECK(block.attention->key_length == 4096);
  CHECK_THAT(4 * attention_forward_flops(*block.attention),
             WithinRel(attention_forward_flops(*layer_block(job, plan_of(2, 1, 1)).attention)));
  // 1024 tokens, 4 heads of K and of V each 128 wide, 2 bytes; to three ranks, and backward with their gradients.
  CHECK(block.context_ring.bytes == 1024.0 * 2 * 4 * 128 * 2);
  CHECK(block.context_ring.forward == 3);
  CHECK(block.context_ring.backward == 6);
  // Q and the output of 16 heads, K and V of 4.
  CHECK(block.context_all_to_all.bytes == 1024.0 * 2 * (16 + 4) * 128 * 2);
  CHECK(layer_block(job, plan_of(2, 1, 1)).context_ring.forward == 0);
}

TEST_CASE("Parallel blocks share one all-reduce and one addition", "[parallel]") {
  auto model = small_gpt();
  auto const job = job_of(model);
  model.parallel_blocks = true;
  auto const parallel = layer_block(job_of(model), plan_of(2, 1, 1));
  CHECK(parallel.all_reduces_forward == 1);
  CHECK(parallel.elementwise[0].forward_bytes < layer_block(job, plan_of(2, 1, 1)).elementwise[0].forward_bytes);
}

TEST_CASE("Adapters freeze the weights they stand beside", "[lora]") {
  auto job = job_of(llama_7b(), 1024);
  job.lora = LoraAdapters{.rank = 16};
  auto const block = layer_block(job, plan_of(2, 1, 1));
  // qkv, its adapter (A of Q, K and V side by side, then B), the output and its adapter, the FFN
  REQUIRE(block.gemms.size() == 8);
  CHECK_FALSE(block.gemms[0].weight_gradient);
  CHECK(block.gemms[1].forward == GemmShape{1024, 3 * 16, 4096});
  CHECK(block.gemms[2].forward == GemmShape{1024, 3 * 2048, 16});
  CHECK(block.gemms[2].weight_gradient);
  CHECK_FALSE(block.gemms[2].quantized);
  CHECK(block.gemms[4].forward == GemmShape{1024, 16, 2048});
  CHECK_FALSE(gemm_named(block, "ffn_up").weight_gradient);
  CHECK_FALSE(head_block(job, plan_of(1, 1, 1), false).gemms[0].weight_gradient);
  CHECK(embedding_block(job, plan_of(1, 1, 1)).elementwise[0].backward_bytes == 0);

  SECTION("everywhere if asked for") {
    job.lora->targets = LoraTargets::all_linear;
    CHECK(layer_block(job, plan_of(2, 1, 1)).gemms.size() == 12);
  }
}

TEST_CASE("A multi-token module is a layer after a matrix that joins its two inputs", "[multi-token]") {
  auto model = small_mixture();
  model.layer_count = 4;
  model.experts->dense_first_layers = 1;
  model.multi_token_modules = 1;
  auto const job = job_of(model, 1024);
  auto const block = multi_token_block(job, plan_of(2, 1, 1));
  CHECK(gemm_named(block, "multi_token_input").forward == GemmShape{1024, 2048, 8192});
  CHECK(has_gemm(block, "expert_up"));
  CHECK(block.all_reduces_forward == layer_block(job, plan_of(2, 1, 1), mixture_layer).all_reduces_forward + 0.5);
}
