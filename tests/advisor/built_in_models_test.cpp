// SPDX-License-Identifier: Apache-2.0
// The built-in models against the config.json that each was released with, key by key: what a count of parameters
// cannot see (heads, windows, the longest sequence) as well as what it can.
#include "advisor/model_library.hpp"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::advisor;

namespace {

std::string text_of(MixtureOfExperts const& experts) {
  return fmt::format("{} experts, {} a token of {}, shared {}, gate {}, biases {} {}, dense first {}, every {}",
                     experts.expert_count, experts.experts_per_token, experts.expert_ffn_size, experts.shared_ffn_size,
                     experts.shared_gate, experts.router_bias, experts.expert_biases, experts.dense_first_layers,
                     experts.layer_interval);
}

std::string text_of(LatentAttention const& latent) {
  return fmt::format("ranks {} {}, heads {} + {}, values {}", latent.query_rank, latent.key_value_rank,
                     latent.plain_head_size, latent.rotary_head_size, latent.value_head_size);
}

std::string text_of(SlidingWindow const& window) {
  return fmt::format("{}, all for the first {}, every {}", window.size, window.full_first_layers, window.full_interval);
}

// Everything but the name, the family and the source.
std::string text_of(ModelSpec const& model) {
  auto const& biases = model.biases;
  std::string text = fmt::format(
      "layers {}\nhidden {}\nffn {}\nheads {} {} of {}\nvocabulary {}\nlongest {}\n"
      "gated {}, parallel {}, tied {}\nbiases {} {} {} {}\nLayerNorm {} {} {}, {} a layer, embedding {}, "
      "queries and keys {}\nsinks {}, positions {}\nmodules {}\n",
      model.layer_count, model.hidden_size, model.ffn_size, model.head_count, model.kv_head_count, model.head_size,
      model.vocabulary_size, model.max_sequence_length, model.gated_ffn, model.parallel_blocks, model.tied_embeddings,
      biases.query_key_value, biases.attention_output, biases.ffn, biases.lm_head, model.layer_norm, model.norm_weights,
      model.norm_biases, model.norms_per_layer, model.embedding_norm, static_cast<int>(model.query_key_norm),
      model.attention_sinks, static_cast<int>(model.positions), model.multi_token_modules);
  if (model.experts) text += text_of(*model.experts) + '\n';
  if (model.latent_attention) text += text_of(*model.latent_attention) + '\n';
  if (model.sliding_window) text += "window " + text_of(*model.sliding_window) + '\n';
  return text;
}

struct Released {
  char const* built_in;
  char const* config;  // of tests/fixtures/models
};

}  // namespace

TEST_CASE("A built-in model is what its released config.json says", "[built-in][config]") {
  constexpr Released models[] = {
      {"llama-3-8b", "llama-3-8b"},
      {"llama-3.2-1b", "llama-3.2-1b"},
      {"mistral-7b", "mistral-7b-v0.1"},
      {"mistral-nemo-12b", "mistral-nemo-12b"},
      {"mistral-small-24b", "mistral-small-24b"},
      {"mixtral-8x7b", "mixtral-8x7b"},
      {"mixtral-8x22b", "mixtral-8x22b"},
      {"internlm-7b", "internlm-7b"},
      {"internlm-20b", "internlm-20b"},
      {"qwen2.5-72b", "qwen2.5-72b"},
      {"qwen1.5-moe-a2.7b", "qwen1.5-moe-a2.7b"},
      {"qwen3-4b", "qwen3-4b"},
      {"qwen3-8b", "qwen3-8b"},
      {"qwen3-32b", "qwen3-32b"},
      {"qwen3-30b-a3b", "qwen3-30b-a3b"},
      {"qwen3-235b-a22b", "qwen3-235b-a22b"},
      {"gemma-2-2b", "gemma-2-2b"},
      {"gemma-2-27b", "gemma-2-27b"},
      {"gemma-3-1b", "gemma-3-1b"},
      {"gemma-3-4b", "gemma-3-4b"},
      {"gemma-3-12b", "gemma-3-12b"},
      {"gemma-3-27b", "gemma-3-27b"},
      {"deepseek-v2-lite", "deepseek-v2-lite"},
      {"deepseek-v2", "deepseek-v2"},
      {"deepseek-v3", "deepseek-v3"},
      {"kimi-k2", "kimi-k2"},
      {"gpt-oss-20b", "gpt-oss-20b"},
      {"gpt-oss-120b", "gpt-oss-120b"},
      {"olmo-2-7b", "olmo-2-7b"},
      {"olmo-2-13b", "olmo-2-13b"},
      {"olmo-2-32b", "olmo-2-32b"},
      {"olmoe-1b-7b", "olmoe-1b-7b"},
      {"phi-3-mini", "phi-3-mini"},
      {"phi-4", "phi-4"},
      {"gpt-2", "gpt2"},
      {"gpt-2-xl", "gpt2-xl"},
      {"gpt-neox-20b", "gpt-neox-20b"},
      {"bloom-7b1", "bloom-7b1"},
      {"bloom-176b", "bloom"},
      {"falcon-7b", "falcon-7b"},
      {"falcon-40b", "falcon-40b"},
      {"falcon-180b", "falcon-180b"},
      {"mpt-7b", "mpt-7b"},
      {"mpt-30b", "mpt-30b"},
  };
  for (auto const& [built_in, config] : models) {
    CAPTURE(built_in);
    auto const read = find_model(HPCADVISE_TEST_DATA "/fixtures/models/" + std::string(config) + ".json");
    auto model = built_in_model(built_in);
    // BLOOM's, with ALiBi, does not say.
    if (read.max_sequence_length == 0) model.max_sequence_length = 0;
    CHECK(text_of(model) == text_of(read));
  }
}

TEST_CASE("Built-in models have the dimensions that others train them with", "[built-in]") {
  struct Dimensions {
    char const* name;
    std::int64_t layers, hidden, ffn, heads, kv_heads, head_size, longest;
  };
  // github.com/Lightning-AI/litgpt, litgpt/config.py
  constexpr Dimensions models[] = {
      {"llama-2-7b", 32, 4096, 11008, 32, 32, 128, 4096},
      {"llama-2-13b", 40, 5120, 13824, 40, 40, 128, 4096},
      {"llama-2-70b", 80, 8192, 28672, 64, 8, 128, 4096},
      {"llama-3-70b", 80, 8192, 28672, 64, 8, 128, 8192},
      {"llama-3.1-8b", 32, 4096, 14336, 32, 8, 128, 131072},
      {"llama-3.1-70b", 80, 8192, 28672, 64, 8, 128, 131072},
      {"llama-3.1-405b", 126, 16384, 53248, 128, 8, 128, 131072},
      {"llama-3.2-3b", 28, 3072, 8192, 24, 8, 128, 131072},
      {"tinyllama-1.1b", 22, 2048, 5632, 32, 4, 64, 2048},
      {"qwen2.5-0.5b", 24, 896, 4864, 14, 2, 64, 32768},
      {"qwen2.5-1.5b", 28, 1536, 8960, 12, 2, 128, 131072},
      {"qwen2.5-3b", 36, 2048, 11008, 16, 2, 128, 32768},
      {"qwen2.5-7b", 28, 3584, 18944, 28, 4, 128, 131072},
      {"qwen2.5-14b", 48, 5120, 13824, 40, 8, 128, 131072},
      {"qwen2.5-32b", 64, 5120, 27648, 40, 8, 128, 131072},
      {"qwen3-0.6b", 28, 1024, 3072, 16, 8, 128, 40960},
      {"qwen3-1.7b", 28, 2048, 6144, 16, 8, 128, 40960},
      {"qwen3-14b", 40, 5120, 17408, 40, 8, 128, 40960},
      {"gemma-2-9b", 42, 3584, 14336, 16, 8, 256, 8192},
      // Touvron et al. 2023, LLaMA, arXiv:2302.13971, table 2, and 2/3 of 4 hidden in steps of 256
      {"llama-7b", 32, 4096, 11008, 32, 32, 128, 2048},
      {"llama-13b", 40, 5120, 13824, 40, 40, 128, 2048},
      {"llama-33b", 60, 6656, 17920, 52, 52, 128, 2048},
      {"llama-65b", 80, 8192, 22016, 64, 64, 128, 2048},
      // Parmar et al. 2024, arXiv:2402.16819, table 1; NVIDIA 2024, arXiv:2406.11704, table 1
      {"nemotron-4-15b", 32, 6144, 24576, 48, 8, 128, 4096},
      {"nemotron-4-340b", 96, 18432, 73728, 96, 8, 192, 4096},
      // github.com/xai-org/grok-1, run.py; the FFN as model.py rounds 2/3 of 8 hidden
      {"grok-1", 64, 6144, 32768, 48, 8, 128, 8192},
  };
  for (auto const& [name, layers, hidden, ffn, heads, kv_heads, head_size, longest] : models) {
    CAPTURE(name);
    auto const model = built_in_model(name);
    CHECK(model.layer_count == layers);
    CHECK(model.hidden_size == hidden);
    CHECK(model.ffn_size == ffn);
    CHECK(model.head_count == heads);
    CHECK(model.kv_head_count == kv_heads);
    CHECK(model.head_size == head_size);
    CHECK(model.max_sequence_length == longest);
  }
}
