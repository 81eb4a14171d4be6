// SPDX-License-Identifier: Apache-2.0
#include "advisor/models/built_in_models.hpp"

namespace hpcadvise::advisor {
namespace {

constexpr std::string_view llama_1 = "Touvron et al. 2023, LLaMA, arXiv:2302.13971, table 2";
constexpr std::string_view llama_2 =
    "Touvron et al. 2023, Llama 2, arXiv:2307.09288; config.json of huggingface.co/meta-llama/Llama-2-*-hf";
constexpr std::string_view llama_3 =
    "Llama Team 2024, The Llama 3 Herd of Models, arXiv:2407.21783, table 3; config.json of "
    "huggingface.co/meta-llama/Meta-Llama-3-* and Llama-3.1-*";
constexpr std::string_view llama_3_2 = "config.json of huggingface.co/meta-llama/Llama-3.2-1B and 3B";
constexpr std::string_view tinyllama = "Zhang et al. 2024, TinyLlama, arXiv:2401.02385, table 1";
constexpr std::string_view mistral =
    "Jiang et al. 2023, Mistral 7B, arXiv:2310.06825, table 1; config.json of huggingface.co/mistralai/Mistral-7B-v0.1";
constexpr std::string_view mistral_nemo = "config.json of huggingface.co/mistralai/Mistral-Nemo-Base-2407";
constexpr std::string_view mistral_small = "config.json of huggingface.co/mistralai/Mistral-Small-24B-Base-2501";
constexpr std::string_view internlm = "config.json of huggingface.co/internlm/internlm-7b and internlm-20b";
constexpr std::string_view qwen_2_5 =
    "Qwen Team 2024, Qwen2.5 Technical Report, arXiv:2412.15115; config.json of huggingface.co/Qwen/Qwen2.5-*";
constexpr std::string_view qwen_3 =
    "Qwen Team 2025, Qwen3 Technical Report, arXiv:2505.09388, table 1; config.json of huggingface.co/Qwen/Qwen3-*";
constexpr std::string_view gemma_2 =
    "Gemma Team 2024, Gemma 2, arXiv:2408.00118, table 1; config.json of huggingface.co/google/gemma-2-*";
constexpr std::string_view gemma_3 =
    "Gemma Team 2025, Gemma 3, arXiv:2503.19786; config.json of huggingface.co/google/gemma-3-*-pt, text_config";
constexpr std::string_view olmo_2 =
    "OLMo Team 2025, 2 OLMo 2 Furious, arXiv:2501.00656; config.json of huggingface.co/allenai/OLMo-2-*";
constexpr std::string_view phi_3 =
    "Abdin et al. 2024, Phi-3, arXiv:2404.14219; config.json of huggingface.co/microsoft/Phi-3-mini-4k-instruct";
constexpr std::string_view phi_4 =
    "Abdin et al. 2024, Phi-4, arXiv:2412.08905; config.json of huggingface.co/microsoft/phi-4";
constexpr std::string_view gpt_3 = "Brown et al. 2020, GPT-3, arXiv:2005.14165, table 2.1";
// That table gives 24 heads of 128 at a width of 2048, and a width of 5140 for 40 heads of 128.
constexpr std::string_view gpt_3_consistent =
    "Brown et al. 2020, GPT-3, arXiv:2005.14165, table 2.1, with width = heads x 128, which two of its rows break";
constexpr std::string_view gpt_2 =
    "Radford et al. 2019, GPT-2; config.json of huggingface.co/openai-community/gpt2 and gpt2-xl";
constexpr std::string_view gpt_neox =
    "Black et al. 2022, GPT-NeoX-20B, arXiv:2204.06745; config.json of huggingface.co/EleutherAI/gpt-neox-20b";
constexpr std::string_view bloom =
    "Le Scao et al. 2022, BLOOM, arXiv:2211.05100, table 3; config.json of huggingface.co/bigscience/bloom and "
    "bloom-7b1";
constexpr std::string_view falcon =
    "Almazrouei et al. 2023, The Falcon Series, arXiv:2311.16867; config.json of huggingface.co/tiiuae/falcon-*";
constexpr std::string_view nemotron_15b = "Parmar et al. 2024, Nemotron-4 15B, arXiv:2402.16819, table 1";
constexpr std::string_view nemotron_340b = "NVIDIA 2024, Nemotron-4 340B, arXiv:2406.11704, table 1";
constexpr std::string_view mpt_released = "config.json of huggingface.co/mosaicml/mpt-7b and mpt-30b";
constexpr std::string_view mpt_pretrain = "github.com/mosaicml/llm-foundry, scripts/train/yamls/pretrain/mpt-*.yaml";

ModelSpec internlm_like(std::string_view name, ModelDimensions const& size, LinearBiases const& biases) {
  ModelSpec model = llama_like(name, size, internlm);
  model.biases = biases;
  return model;
}

ModelSpec tied(ModelSpec model) {
  model.tied_embeddings = true;
  return model;
}

ModelSpec windowed(ModelSpec model, SlidingWindow const& window) {
  model.sliding_window = window;
  return model;
}

ModelSpec qwen_2_5_like(std::string_view name, ModelDimensions const& size) {
  ModelSpec model = llama_like(name, size, qwen_2_5);
  model.family = "qwen2";
  model.biases.query_key_value = true;
  return model;
}

ModelSpec qwen_3_like(std::string_view name, ModelDimensions const& size) {
  ModelSpec model = llama_like(name, size, qwen_3);
  model.family = "qwen3";
  model.head_size = 128;
  model.query_key_norm = QueryKeyNorm::per_head;
  return model;
}

// Every second layer of Gemma 2 sees everything, every sixth of Gemma 3.
ModelSpec gemma_2_like(std::string_view name, ModelDimensions const& size) {
  ModelSpec model = tied(llama_like(name, size, gemma_2));
  model.family = "gemma2";
  model.norms_per_layer = 4;
  model.sliding_window = SlidingWindow{.size = 4096, .full_interval = 2};
  return model;
}

ModelSpec gemma_3_like(std::string_view name, ModelDimensions const& size, std::int64_t window) {
  ModelSpec model = tied(llama_like(name, size, gemma_3));
  model.family = "gemma3_text";
  model.norms_per_layer = 4;
  model.query_key_norm = QueryKeyNorm::per_head;
  model.sliding_window = SlidingWindow{.size = window, .full_interval = 6};
  return model;
}

ModelSpec olmo_2_like(std::string_view name, ModelDimensions const& size) {
  ModelSpec model = llama_like(name, size, olmo_2);
  model.family = "olmo2";
  model.query_key_norm = QueryKeyNorm::all_heads;
  return model;
}

ModelSpec neox_like(std::string_view name, ModelDimensions const& size) {
  ModelSpec model = gpt_like(name, size, gpt_neox);
  model.family = "gpt_neox";
  model.parallel_blocks = true;
  model.tied_embeddings = false;
  model.positions = PositionKind::rotary;
  return model;
}

ModelSpec bloom_like(std::string_view name, ModelDimensions const& size) {
  ModelSpec model = gpt_like(name, size, bloom);
  model.family = "bloom";
  model.embedding_norm = true;
  model.positions = PositionKind::alibi;
  return model;
}

ModelSpec falcon_like(std::string_view name, ModelDimensions const& size, int norms_per_layer) {
  ModelSpec model = gpt_like(name, size, falcon);
  model.family = "falcon";
  model.biases = {};
  model.parallel_blocks = true;
  model.norms_per_layer = norms_per_layer;
  model.positions = PositionKind::rotary;
  return model;
}

// Squared ReLU, no biases, an LM head of its own.
ModelSpec nemotron_like(std::string_view name, ModelDimensions const& size, std::string_view source) {
  ModelSpec model = gpt_like(name, size, source);
  model.family = "nemotron";
  model.biases = {};
  model.tied_embeddings = false;
  model.positions = PositionKind::rotary;
  return model;
}

// As released: ALiBi and no bias anywhere, the norms' included.
ModelSpec mpt_like(std::string_view name, ModelDimensions const& size) {
  ModelSpec model = gpt_like(name, size, mpt_released);
  model.family = "mpt";
  model.biases = {};
  model.norm_biases = false;
  model.positions = PositionKind::alibi;
  return model;
}

// As pre-trained with llm-foundry's own files: learned positions and biases.
ModelSpec mpt_recipe(std::string_view name, ModelDimensions const& size) {
  ModelSpec model = gpt_like(name, size, mpt_pretrain);
  model.family = "mpt";
  return model;
}

}  // namespace

std::vector<ModelSpec> dense_models() {
  return {
      // layers, hidden, ffn, heads, key-value heads, vocabulary, longest sequence
      llama_like("llama-2-7b", {32, 4096, 11008, 32, 32, 32000, 4096}, llama_2),
      llama_like("llama-2-13b", {40, 5120, 13824, 40, 40, 32000, 4096}, llama_2),
      llama_like("llama-2-70b", {80, 8192, 28672, 64, 8, 32000, 4096}, llama_2),
      llama_like("llama-3-8b", {32, 4096, 14336, 32, 8, 128256, 8192}, llama_3),
      llama_like("llama-3-70b", {80, 8192, 28672, 64, 8, 128256, 8192}, llama_3),
      llama_like("llama-3.1-8b", {32, 4096, 14336, 32, 8, 128256, 131072}, llama_3),
      llama_like("llama-3.1-70b", {80, 8192, 28672, 64, 8, 128256, 131072}, llama_3),
      llama_like("llama-3.1-405b", {126, 16384, 53248, 128, 8, 128256, 131072}, llama_3),
      tied(llama_like("llama-3.2-1b", {16, 2048, 8192, 32, 8, 128256, 131072}, llama_3_2)),
      tied(llama_like("llama-3.2-3b", {28, 3072, 8192, 24, 8, 128256, 131072}, llama_3_2)),
      llama_like("llama-7b", {32, 4096, 11008, 32, 32, 32000, 2048}, llama_1),
      llama_like("llama-13b", {40, 5120, 13824, 40, 40, 32000, 2048}, llama_1),
      llama_like("llama-33b", {60, 6656, 17920, 52, 52, 32000, 2048}, llama_1),
      llama_like("llama-65b", {80, 8192, 22016, 64, 64, 32000, 2048}, llama_1),
      llama_like("tinyllama-1.1b", {22, 2048, 5632, 32, 4, 32000, 2048}, tinyllama),
      windowed(llama_like("mistral-7b", {32, 4096, 14336, 32, 8, 32000, 32768}, mistral), {.size = 4096}),
      llama_like("mistral-nemo-12b", {40, 5120, 14336, 32, 8, 131072, 131072, 128}, mistral_nemo),
      llama_like("mistral-small-24b", {40, 5120, 32768, 32, 8, 131072, 32768, 128}, mistral_small),
      internlm_like("internlm-7b", {32, 4096, 11008, 32, 32, 103168, 2048}, {true, true, false, false}),
      internlm_like("internlm-20b", {60, 5120, 13824, 40, 40, 103168, 4096}, {}),
      tied(qwen_2_5_like("qwen2.5-0.5b", {24, 896, 4864, 14, 2, 151936, 32768})),
      tied(qwen_2_5_like("qwen2.5-1.5b", {28, 1536, 8960, 12, 2, 151936, 131072})),
      tied(qwen_2_5_like("qwen2.5-3b", {36, 2048, 11008, 16, 2, 151936, 32768})),
      qwen_2_5_like("qwen2.5-7b", {28, 3584, 18944, 28, 4, 152064, 131072}),
      qwen_2_5_like("qwen2.5-14b", {48, 5120, 13824, 40, 8, 152064, 131072}),
      qwen_2_5_like("qwen2.5-32b", {64, 5120, 27648, 40, 8, 152064, 131072}),
      qwen_2_5_like("qwen2.5-72b", {80, 8192, 29568, 64, 8, 152064, 131072}),
      tied(qwen_3_like("qwen3-0.6b", {28, 1024, 3072, 16, 8, 151936, 40960})),
      tied(qwen_3_like("qwen3-1.7b", {28, 2048, 6144, 16, 8, 151936, 40960})),
      tied(qwen_3_like("qwen3-4b", {36, 2560, 9728, 32, 8, 151936, 40960})),
      qwen_3_like("qwen3-8b", {36, 4096, 12288, 32, 8, 151936, 40960}),
      qwen_3_like("qwen3-14b", {40, 5120, 17408, 40, 8, 151936, 40960}),
      qwen_3_like("qwen3-32b", {64, 5120, 25600, 64, 8, 151936, 40960}),
      gemma_2_like("gemma-2-2b", {26, 2304, 9216, 8, 4, 256000, 8192, 256}),
      gemma_2_like("gemma-2-9b", {42, 3584, 14336, 16, 8, 256000, 8192, 256}),
      gemma_2_like("gemma-2-27b", {46, 4608, 36864, 32, 16, 256000, 8192, 128}),
      gemma_3_like("gemma-3-1b", {26, 1152, 6912, 4, 1, 262144, 32768, 256}, 512),
      gemma_3_like("gemma-3-4b", {34, 2560, 10240, 8, 4, 262208, 131072, 256}, 1024),
      gemma_3_like("gemma-3-12b", {48, 3840, 15360, 16, 8, 262208, 131072, 256}, 1024),
      gemma_3_like("gemma-3-27b", {62, 5376, 21504, 32, 16, 262208, 131072, 128}, 1024),
      olmo_2_like("olmo-2-7b", {32, 4096, 11008, 32, 32, 100352, 4096}),
      olmo_2_like("olmo-2-13b", {40, 5120, 13824, 40, 40, 100352, 4096}),
      olmo_2_like("olmo-2-32b", {64, 5120, 27648, 40, 8, 100352, 4096}),
      windowed(llama_like("phi-3-mini", {32, 3072, 8192, 32, 32, 32064, 4096}, phi_3), {.size = 2047}),
      llama_like("phi-4", {40, 5120, 17920, 40, 10, 100352, 16384}, phi_4),
      gpt_like("gpt-2", {12, 768, 3072, 12, 12, 50257, 1024}, gpt_2),
      gpt_like("gpt-2-xl", {48, 1600, 6400, 25, 25, 50257, 1024}, gpt_2),
      gpt_like("gpt-3-1.3b", {24, 2048, 8192, 16, 16, 50257, 2048}, gpt_3_consistent),
      gpt_like("gpt-3-2.7b", {32, 2560, 10240, 32, 32, 50257, 2048}, gpt_3),
      gpt_like("gpt-3-6.7b", {32, 4096, 16384, 32, 32, 50257, 2048}, gpt_3),
      gpt_like("gpt-3-13b", {40, 5120, 20480, 40, 40, 50257, 2048}, gpt_3_consistent),
      gpt_like("gpt-3-175b", {96, 12288, 49152, 96, 96, 50257, 2048}, gpt_3),
      neox_like("gpt-neox-20b", {44, 6144, 24576, 64, 64, 50432, 2048}),
      bloom_like("bloom-7b1", {30, 4096, 16384, 32, 32, 250880, 2048}),
      bloom_like("bloom-176b", {70, 14336, 57344, 112, 112, 250880, 2048}),
      falcon_like("falcon-7b", {32, 4544, 18176, 71, 1, 65024, 2048}, 1),
      falcon_like("falcon-40b", {60, 8192, 32768, 128, 8, 65024, 2048}, 2),
      falcon_like("falcon-180b", {80, 14848, 59392, 232, 8, 65024, 2048}, 2),
      nemotron_like("nemotron-4-15b", {32, 6144, 24576, 48, 8, 256000, 4096}, nemotron_15b),
      nemotron_like("nemotron-4-340b", {96, 18432, 73728, 96, 8, 256000, 4096}, nemotron_340b),
      mpt_recipe("mpt-125m", {12, 768, 3072, 12, 12, 50368, 2048}),
      mpt_recipe("mpt-350m", {24, 1024, 4096, 16, 16, 50368, 2048}),
      mpt_recipe("mpt-760m", {24, 1536, 6144, 12, 12, 50368, 2048}),
      mpt_recipe("mpt-1b", {24, 2048, 8192, 16, 16, 50368, 2048}),
      mpt_recipe("mpt-3b", {32, 2560, 10240, 20, 20, 50368, 2048}),
      mpt_like("mpt-7b", {32, 4096, 16384, 32, 32, 50432, 2048}),
      mpt_recipe("mpt-13b", {40, 5120, 20480, 40, 40, 50368, 2048}),
      mpt_like("mpt-30b", {48, 7168, 28672, 64, 64, 50432, 8192}),
      mpt_recipe("mpt-70b", {80, 8192, 32768, 64, 64, 50368, 2048}),
  };
}

}  // namespace hpcadvise::advisor
