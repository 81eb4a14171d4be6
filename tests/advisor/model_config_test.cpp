// SPDX-License-Identifier: Apache-2.0
// What the reader makes of the config.json of each family beyond the number of parameters.
#include "advisor/layer_kinds.hpp"
#include "advisor/model_library.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::advisor;

namespace {

ModelSpec from_fixture(std::string const& name) {
  return find_model(HPCADVISE_TEST_DATA "/fixtures/models/" + name + ".json");
}

// The keys that most families need, and more.
ModelSpec from_keys(std::string const& type, std::string const& more) {
  return model_from_text(R"({"model_type": ")" + type + R"(", "num_hidden_layers": 6, "hidden_size": 512,
      "num_attention_heads": 8, "intermediate_size": 1024, "vocab_size": 1000)" +
                             (more.empty() ? "" : ", " + more) + "}",
                         "config.json");
}

}  // namespace

TEST_CASE("Mixtures are read with their counts, widths and layers", "[config][moe]") {
  auto const mixtral = from_fixture("mixtral-8x7b");
  REQUIRE(mixtral.experts);
  CHECK(mixtral.experts->expert_count == 8);
  CHECK(mixtral.experts->experts_per_token == 2);
  CHECK(mixtral.experts->expert_ffn_size == 14336);
  CHECK(layer_kinds(mixtral).size() == 1);

  auto const deepseek = from_fixture("deepseek-v3");
  CHECK(deepseek.experts->expert_count == 256);
  CHECK(deepseek.experts->experts_per_token == 8);
  CHECK(deepseek.experts->shared_ffn_size == 2048);
  CHECK(deepseek.multi_token_modules == 1);
  CHECK(layer_kinds(deepseek)[0].count == 3);
  CHECK(layer_kinds(deepseek)[1].count == 58);

  CHECK(from_fixture("qwen1.5-moe-a2.7b").experts->shared_gate);
}

TEST_CASE("Latent attention is read with its ranks and head sizes", "[config][mla]") {
  auto const model = from_fixture("deepseek-v2");
  REQUIRE(model.latent_attention);
  CHECK(model.latent_attention->query_rank == 1536);
  CHECK(model.latent_attention->key_value_rank == 512);
  CHECK(model.latent_attention->value_head_size == 128);
  CHECK(model.head_size == 192);
  CHECK(model.kv_head_count == model.head_count);
  // Null, not absent: queries are not compressed.
  CHECK(from_fixture("deepseek-v2-lite").latent_attention->query_rank == 0);
}

TEST_CASE("Windows follow each family's pattern and defaults", "[config][window]") {
  CHECK(from_fixture("mistral-7b-v0.1").sliding_window->size == 4096);
  CHECK_FALSE(from_fixture("mistral-nemo-12b").sliding_window);
  CHECK(from_keys("mistral", "").sliding_window->size == 4096);
  CHECK_FALSE(from_keys("mixtral", R"("num_local_experts": 2, "num_experts_per_tok": 1)").sliding_window);
  CHECK_FALSE(from_fixture("qwen2.5-72b").sliding_window);
  CHECK(from_keys("qwen2", R"("use_sliding_window": true, "max_window_layers": 4)").sliding_window->full_first_layers ==
        4);
  CHECK(from_fixture("gemma-2-2b").sliding_window->full_interval == 2);
  CHECK(from_fixture("gemma-3-27b").sliding_window->full_interval == 6);
  CHECK(from_fixture("gemma-3-27b").sliding_window->size == 1024);
  CHECK(from_fixture("gpt-oss-20b").sliding_window->full_interval == 2);
  CHECK_FALSE(from_fixture("phi-4").sliding_window);
}

TEST_CASE("A list of layer types wins over the family's pattern", "[config][window]") {
  auto const types = [](std::string const& list) {
    return from_keys("gemma2", R"("num_hidden_layers": 4, "layer_types": )" + list).sliding_window;
  };
  auto const every_fourth =
      types(R"(["sliding_attention", "sliding_attention", "sliding_attention", "full_attention"])");
  CHECK(every_fourth->full_interval == 4);
  CHECK(every_fourth->size == 4096);
  CHECK(types(R"(["full_attention", "full_attention", "full_attention", "sliding_attention"])")->full_first_layers ==
        3);
  CHECK(
      types(R"(["sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention"])")->full_interval ==
      0);
  CHECK_FALSE(types(R"(["full_attention", "full_attention", "full_attention", "full_attention"])"));
}

TEST_CASE("Keys that are left out take the family's defaults", "[config]") {
  CHECK(from_keys("mistral", "").kv_head_count == 8);
  CHECK(from_keys("llama", "").kv_head_count == 8);
  CHECK(from_keys("qwen3", "").head_size == 128);
  CHECK(from_keys("llama", "").head_size == 64);
  CHECK(from_keys("gemma2", "").head_size == 256);
  CHECK(from_keys("gemma2", "").tied_embeddings);
  CHECK_FALSE(from_keys("llama", "").tied_embeddings);
  auto const gemma_3 = model_from_text(R"({"model_type": "gemma3", "text_config": {"model_type": "gemma3_text",
        "num_hidden_layers": 34, "hidden_size": 2560, "intermediate_size": 10240, "sliding_window": 1024}})",
                                       "config.json");
  CHECK(gemma_3.head_count == 8);
  CHECK(gemma_3.kv_head_count == 4);
  CHECK(gemma_3.vocabulary_size == 262208);
}

TEST_CASE("Blocks side by side are those of Falcon, GPT-NeoX, GPT-J and Phi", "[config]") {
  for (char const* name : {"falcon-7b", "falcon-40b", "gpt-neox-20b", "pythia-6.9b", "gpt-j-6b", "phi-2"}) {
    CAPTURE(name);
    CHECK(from_fixture(name).parallel_blocks);
  }
  CHECK_FALSE(from_fixture("falcon-rw-1b").parallel_blocks);
  CHECK_FALSE(from_fixture("llama-3-8b").parallel_blocks);
  CHECK(from_fixture("falcon-7b").norms_per_layer == 1);
  CHECK(from_fixture("falcon-7b").kv_head_count == 1);
  CHECK(from_fixture("falcon-40b").norms_per_layer == 2);
  CHECK(from_fixture("falcon-40b").kv_head_count == 8);
  CHECK_FALSE(from_keys("gpt_neox", R"("use_parallel_residual": false)").parallel_blocks);
}

TEST_CASE("Positions are those of each family", "[config]") {
  CHECK(from_fixture("gpt2").positions == PositionKind::learned);
  CHECK(from_fixture("bloom").positions == PositionKind::alibi);
  CHECK(from_fixture("mpt-7b").positions == PositionKind::alibi);
  CHECK(from_fixture("falcon-rw-1b").positions == PositionKind::alibi);
  CHECK(from_fixture("falcon-7b").positions == PositionKind::rotary);
}

TEST_CASE("Biases stand where each family has them", "[config]") {
  CHECK(from_fixture("qwen2-7b").biases == LinearBiases{.query_key_value = true});
  CHECK(from_fixture("gpt2").biases == biases_in_layers);
  CHECK(from_fixture("llama-3-8b").biases == LinearBiases{});
  CHECK(from_fixture("phi-2").biases.lm_head);
  CHECK(from_keys("llama", R"("mlp_bias": true)").biases == LinearBiases{.ffn = true});
}
