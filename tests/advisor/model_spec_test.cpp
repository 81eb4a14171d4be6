// SPDX-License-Identifier: Apache-2.0
#include "advisor/model_spec.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using Catch::Matchers::WithinRel;

namespace {

// Two layers of width 10, small enough to count by hand.
ModelSpec small_model() {
  ModelSpec model;
  model.layer_count = 2;
  model.hidden_size = 10;
  model.ffn_size = 30;
  model.head_count = 5;
  model.kv_head_count = 5;
  model.head_size = 2;
  model.vocabulary_size = 100;
  model.max_sequence_length = 7;
  return model;
}

}  // namespace

TEST_CASE("Parameters are those of each matrix, norm and embedding", "[model]") {
  ModelSpec model = small_model();
  auto const count = count_parameters(model);
  // Q, K, V, output: 4 x 10 x 10; FFN: 2 x 10 x 30; two norms of 10
  CHECK(count.per_layer == 400 + 600 + 20);
  CHECK(count.embedding == 1000);
  CHECK(count.lm_head == 1000);
  CHECK(count.total == 1000 + 2 * 1020 + 10 + 1000);
  CHECK(count.active == count.total);
}

TEST_CASE("Each property of an architecture changes the count by its own share", "[model]") {
  ModelSpec const plain = small_model();
  ModelSpec model = plain;
  auto const layer_grows_by = [&] { return count_parameters(model).per_layer - count_parameters(plain).per_layer; };

  SECTION("a gated FFN has a third matrix") {
    model.gated_ffn = true;
    CHECK(layer_grows_by() == 300);
  }
  SECTION("grouped queries shrink K and V") {
    model.kv_head_count = 1;
    CHECK(layer_grows_by() == -2 * 10 * 8);
  }
  SECTION("heads may be wider than the hidden size") {
    model.head_size = 4;
    CHECK(layer_grows_by() == 400);
  }
  SECTION("LayerNorm has a bias too") {
    model.layer_norm = true;
    CHECK(layer_grows_by() == 20);
  }
  SECTION("biases are one for each output") {
    model.biases = biases_in_layers;
    CHECK(layer_grows_by() == 30 + 10 + 30 + 10);
  }
  SECTION("tied embeddings leave no LM head") {
    model.tied_embeddings = true;
    CHECK(count_parameters(model).lm_head == 0);
    CHECK(count_parameters(plain).total - count_parameters(model).total == 1000);
  }
  SECTION("biases may stand on some layers only") {
    model.biases.query_key_value = true;
    CHECK(layer_grows_by() == 30);
  }
  SECTION("norms of queries and keys are one weight an element") {
    model.query_key_norm = QueryKeyNorm::per_head;
    CHECK(layer_grows_by() == 2 * 2);
    model.query_key_norm = QueryKeyNorm::all_heads;
    CHECK(layer_grows_by() == 10 + 10);
  }
  SECTION("norms may be more, fewer, or without weights") {
    model.norms_per_layer = 4;
    CHECK(layer_grows_by() == 20);
    model.norms_per_layer = 1;
    CHECK(layer_grows_by() == -10);
    model.norm_weights = false;
    CHECK(layer_grows_by() == -20);
  }
  SECTION("latent attention goes through narrow matrices") {
    model.head_size = 3;
    model.latent_attention = LatentAttention{
        .query_rank = 4, .key_value_rank = 6, .plain_head_size = 2, .rotary_head_size = 1, .value_head_size = 2};
    // queries 10 x 4 and 4 x 15, keys and values 10 x (6 + 1) and 6 x 20, output 10 x 10, norms 4 + 6; not 4 x 100
    CHECK(layer_grows_by() == 40 + 60 + 70 + 120 + 100 + 10 - 400);
  }
  SECTION("learned positions are a table") {
    model.positions = PositionKind::learned;
    CHECK(count_parameters(model).embedding == 1000 + 7 * 10);
  }
}

TEST_CASE("A token uses only its own experts", "[model][moe]") {
  ModelSpec model = small_model();
  model.experts = MixtureOfExperts{.expert_count = 4, .experts_per_token = 2, .expert_ffn_size = 30};
  auto const count = count_parameters(model);
  // attention 400, router 10 x 4, norms 20, experts of 600 each
  CHECK(count.per_layer == 400 + 40 + 20 + 4 * 600);
  CHECK(count.total - count.active == 2 * 2 * 600);
}

TEST_CASE("Only some layers may be mixtures, and every token passes the shared experts", "[model][moe]") {
  ModelSpec model = small_model();
  double const dense = count_parameters(model).per_layer;
  model.experts = MixtureOfExperts{
      .expert_count = 4, .experts_per_token = 1, .expert_ffn_size = 15, .shared_ffn_size = 5, .dense_first_layers = 1};
  auto const count = count_parameters(model);
  // attention 400, router 40, norms 20, experts 300 each, shared 100
  double const mixture = 400 + 40 + 20 + 4 * 300 + 100;
  CHECK(count.per_layer == (dense + mixture) / 2);
  CHECK(count.total == 2000 + dense + mixture + 10);
  CHECK(count.total - count.active == 3 * 300);
}

TEST_CASE("Multi-token modules are counted apart", "[model]") {
  ModelSpec model = small_model();
  double const total = count_parameters(model).total;
  model.multi_token_modules = 2;
  auto const count = count_parameters(model);
  CHECK(count.total == total);
  // a layer, a matrix of 20 x 10 and three norms
  CHECK(count.multi_token == 2 * (1020 + 200 + 30));
}

TEST_CASE("With adapters only their parameters are trained", "[model][lora]") {
  TrainingJob job;
  job.model = small_model();
  CHECK(trainable_parameters(job) == count_parameters(job.model).total);
  job.lora = LoraAdapters{.rank = 2};
  // Q, K, V and output: 2 x (10 + 10) each, in two layers
  CHECK(trainable_parameters(job) == 2 * 4 * 40);
  job.lora->targets = LoraTargets::all_linear;
  CHECK(trainable_parameters(job) == 2 * (4 * 40 + 2 * 80));
}

TEST_CASE("A frozen weight costs four FLOPs a token, its adapter six", "[model][flops][lora]") {
  TrainingJob job;
  job.model = small_model();
  job.sequence_length = 8;
  job.global_batch = 3;
  job.lora = LoraAdapters{.rank = 2};
  CHECK_THAT(model_flops_per_step(job), WithinRel(3 * (4.0 * 3000 * 8 + 6.0 * 320 * 8 + 3 * 2 * 1280)));
}

TEST_CASE("Layers with a window do the attention that it shows", "[model][flops]") {
  TrainingJob job;
  job.model = small_model();
  job.sequence_length = 8;
  job.global_batch = 1;
  double const full = model_flops_per_step(job);
  job.model.sliding_window = SlidingWindow{.size = 4, .full_interval = 2};
  // One of the two layers sees 8 x 4 x 3/4 pairs and not 32; 4 FLOPs each over 10, three passes.
  CHECK_THAT(full - model_flops_per_step(job), WithinRel(3 * 4 * 10 * (32.0 - 24)));
}

TEST_CASE("A step costs six FLOPs a multiplied weight and token, and causal attention", "[model][flops]") {
  TrainingJob job;
  job.model = small_model();
  job.sequence_length = 8;
  job.global_batch = 3;
  // 2 layers of 1000 weights and an LM head of 1000; attention: forward 2 x 8 x 8 x 10, three times that, two layers
  CHECK_THAT(model_flops_per_step(job), WithinRel(3 * (6.0 * 3000 * 8 + 3 * 2 * 1280)));

  SECTION("a tied LM head multiplies all the same") {
    double const untied = model_flops_per_step(job);
    job.model.tied_embeddings = true;
    CHECK(model_flops_per_step(job) == untied);
  }
  SECTION("twice the sequences cost twice as much") {
    double const once = model_flops_per_step(job);
    job.global_batch = 6;
    CHECK(model_flops_per_step(job) == 2 * once);
  }
  SECTION("experts that a token does not see cost nothing") {
    job.model.experts = MixtureOfExperts{.expert_count = 2, .experts_per_token = 1, .expert_ffn_size = 30};
    double const two = model_flops_per_step(job);
    job.model.experts->expert_count = 3;
    // But one more column of the router: 10 weights in each of 2 layers.
    CHECK_THAT(model_flops_per_step(job) - two, WithinRel(3 * 6.0 * 20 * 8));
  }
}

TEST_CASE("The FLOPs agree with Narayanan et al. 2021 but for the masked half of attention", "[model][flops]") {
  // Their equation 3 counts four passes; three without recomputation: 72 B s l h^2 (1 + s / 6h + V / 12lh).
  double const l = 96, h = 12288, s = 2048, v = 51200, b = 1536;
  TrainingJob job;
  job.model.layer_count = 96;
  job.model.hidden_size = 12288;
  job.model.ffn_size = 4 * 12288;
  job.model.head_count = 96;
  job.model.kv_head_count = 96;
  job.model.head_size = 128;
  job.model.vocabulary_size = 51200;
  job.sequence_length = 2048;
  job.global_batch = 1536;
  CHECK_THAT(model_flops_per_step(job),
             WithinRel(72 * b * s * l * h * h * (1 + s / (12 * h) + v / (12 * l * h)), 1e-12));
}
