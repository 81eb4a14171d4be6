// SPDX-License-Identifier: Apache-2.0
// Parameter counts of real models against what their publishers state. Unless a row says otherwise the number is
// `safetensors.total` of the model's page on huggingface.co: the sizes of the released tensors, added up.
#include "advisor/model_library.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using Catch::Matchers::WithinRel;

namespace {

struct Published {
  char const* name;
  double parameters;
  double tolerance = 1e-7;
};

constexpr double exactly = 1e-12;
constexpr double to_half_a_percent = 0.005;

// Files in tests/fixtures/models hold what the released config.json says, some of it left out where nothing reads it.
ModelSpec from_config(std::string const& name) {
  return find_model(HPCADVISE_TEST_DATA "/fixtures/models/" + name + ".json");
}

}  // namespace

TEST_CASE("A configuration of each architecture gives the published number of parameters", "[published][config]") {
  constexpr Published models[] = {
      {"llama-3-8b", 8'030'261'248},
      {"llama-3.2-1b", 1'235'814'400},
      {"smollm2-1.7b", 1'711'376'384},
      {"mistral-7b-v0.1", 7'241'732'096},
      {"mistral-nemo-12b", 12'247'782'400},
      {"mixtral-8x7b", 46'702'792'704},
      {"mixtral-8x22b", 140'630'071'296},
      {"qwen2-0.5b", 494'032'768},
      {"qwen2-7b", 7'615'616'512},
      {"qwen2.5-72b", 72'706'203'648},
      {"qwen1.5-moe-a2.7b", 14'315'784'192},
      {"qwen3-4b", 4'022'468'096},
      {"qwen3-8b", 8'190'735'360},
      {"qwen3-32b", 32'762'123'264},
      {"qwen3-30b-a3b", 30'532'122'624},
      {"qwen3-235b-a22b", 235'093'634'560},
      {"gemma-7b", 8'537'680'896},
      {"gemma-2-2b", 2'614'341'888},
      {"gemma-2-27b", 27'227'128'320},
      {"gemma-3-1b", 999'885'952},
      // The parts that read text, as Keras publishes them: without 64 rows that the vocabulary has for images.
      {"gemma-3-4b", 3'880'099'328 + 64.0 * 2560},
      {"gemma-3-12b", 11'765'788'416 + 64.0 * 3840},
      {"gemma-3-27b", 27'009'002'240 + 64.0 * 5376},
      {"deepseek-v2-lite", 15'706'484'224},
      {"deepseek-v2", 235'741'434'880},
      // huggingface.co/microsoft/MAI-DS-R1, which has the main model alone and in 16 bit: 14,848 numbers that bias the
      // router are not trained by gradient.
      {"deepseek-v3", 671'026'419'200, 3e-8},
      {"kimi-k2", 1'026'408'235'864},
      {"gpt-oss-20b", 20'914'757'184},
      {"gpt-oss-120b", 116'829'156'672},
      {"olmo-7b", 6'888'095'744},
      {"olmo-2-7b", 7'298'617'344},
      {"olmo-2-13b", 13'716'198'400},
      {"olmoe-1b-7b", 6'919'161'856},
      {"granite-3.0-1b-a400m", 1'334'628'352},
      {"granite-3.3-2b", 2'533'539'840},
      {"granite-3.3-8b", 8'170'864'640},
      {"phi-2", 2'779'683'840},
      {"phi-3-mini", 3'821'079'552},
      {"phi-4-mini", 3'836'021'760},
      {"phi-4", 14'659'507'200},
      {"pythia-6.9b", 6'857'302'016},
      {"gpt-neox-20b", 20'554'567'680},  // the model's own page
      {"gpt-j-6b", 6'050'882'784},       // counted from the loaded model
      {"gpt2", 124'439'808},
      {"gpt2-xl", 1'557'611'200},
      {"bloom-7b1", 7'069'016'064},
      {"bloom", 176'247'271'424},
      {"mpt-7b", 6'649'286'656},
      {"falcon-rw-1b", 1'311'625'216},  // as Keras publishes it
      {"falcon-7b", 6'921'720'704},
      // 41,835,970,560 in the files, which hold the tied LM head a second time, as do those of the "180B" model.
      {"falcon-40b", 41'835'970'560 - 65024.0 * 8192},
      {"falcon-180b", 180e9 - 65024.0 * 14848, to_half_a_percent},
      {"mistral-small-24b", 23'572'403'200},
      {"olmo-2-32b", 32'234'279'936},
      {"internlm-7b", 7.3e9, to_half_a_percent},  // as its page names it
      {"mpt-30b", 30e9, to_half_a_percent},
  };
  for (auto const& [name, parameters, tolerance] : models) {
    CAPTURE(name);
    auto const model = from_config(name);
    CHECK_THAT(count_parameters(model).total, WithinRel(parameters, tolerance));
    CHECK(model.name == name);
  }
}

TEST_CASE("Built-in models have the parameters of the published weights", "[published]") {
  constexpr Published models[] = {
      {"llama-65b", 65'285'660'672},  // counted from the loaded model
      {"llama-2-7b", 6'738'415'616},
      {"llama-2-13b", 13'015'864'320},
      {"llama-2-70b", 68'976'648'192},
      {"llama-3-8b", 8'030'261'248},
      {"llama-3-70b", 70'553'706'496},
      {"llama-3.1-8b", 8'030'261'248},
      {"llama-3.1-70b", 70'553'706'496},
      {"llama-3.1-405b", 405'853'388'800},
      {"llama-3.2-1b", 1'235'814'400},
      {"llama-3.2-3b", 3'212'749'824},
      {"tinyllama-1.1b", 1'100'048'384},
      {"mistral-7b", 7'241'732'096},
      {"mistral-nemo-12b", 12'247'782'400},
      {"mistral-small-24b", 23'572'403'200},
      {"mixtral-8x7b", 46'702'792'704},
      {"mixtral-8x22b", 140'630'071'296},
      {"qwen2.5-0.5b", 494'032'768},
      {"qwen2.5-1.5b", 1'543'714'304},
      {"qwen2.5-3b", 3'085'938'688},
      {"qwen2.5-7b", 7'615'616'512},
      {"qwen2.5-14b", 14'770'033'664},
      {"qwen2.5-32b", 32'763'876'352},
      {"qwen2.5-72b", 72'706'203'648},
      // The files of these two hold the tied LM head a second time.
      {"qwen3-0.6b", 751'632'384 - 151936.0 * 1024},
      {"qwen3-1.7b", 2'031'739'904 - 151936.0 * 2048},
      {"qwen3-4b", 4'022'468'096},
      {"qwen3-8b", 8'190'735'360},
      {"qwen3-14b", 14'768'307'200},
      {"qwen3-32b", 32'762'123'264},
      {"qwen1.5-moe-a2.7b", 14'315'784'192},
      {"qwen3-30b-a3b", 30'532'122'624},
      {"qwen3-235b-a22b", 235'093'634'560},
      {"gemma-2-2b", 2'614'341'888},
      {"gemma-2-9b", 9'241'705'984},
      {"gemma-2-27b", 27'227'128'320},
      // The parts that read text, as Keras publishes them: the larger ones without 64 rows that the vocabulary has for
      // images.
      {"gemma-3-1b", 999'885'952},
      {"gemma-3-4b", 3'880'099'328 + 64.0 * 2560},
      {"gemma-3-12b", 11'765'788'416 + 64.0 * 3840},
      {"gemma-3-27b", 27'009'002'240 + 64.0 * 5376},
      {"olmo-2-7b", 7'298'617'344},
      {"olmo-2-13b", 13'716'198'400},
      {"olmo-2-32b", 32'234'279'936},
      {"olmoe-1b-7b", 6'919'161'856},
      {"phi-3-mini", 3'821'079'552},
      {"phi-4", 14'659'507'200},
      {"gpt-2", 124'439'808},
      {"gpt-2-xl", 1'557'611'200},
      {"gpt-neox-20b", 20'554'567'680},
      {"bloom-7b1", 7'069'016'064},
      {"bloom-176b", 176'247'271'424},
      {"falcon-7b", 6'921'720'704},
      {"falcon-40b", 41'835'970'560 - 65024.0 * 8192},
      {"falcon-180b", 180e9 - 65024.0 * 14848, to_half_a_percent},
      {"deepseek-v2-lite", 15'706'484'224},
      {"deepseek-v2", 235'741'434'880},
      {"deepseek-v3", 671'026'419'200},
      {"kimi-k2", 1'026'408'235'864},
      {"gpt-oss-20b", 20'914'757'184},
      {"gpt-oss-120b", 116'829'156'672},
      // github.com/mosaicml/llm-foundry, scripts/train/benchmarking/README.md, to the digits given there.
      {"mpt-125m", 125.311e6, 1e-5},
      {"mpt-350m", 355.985e6, 1e-5},
      {"mpt-760m", 760.471e6, 1e-5},
      {"mpt-1b", 1.31595e9, 1e-5},
      {"mpt-3b", 2.65184e9, 1e-5},
      {"mpt-7b", 6'649'286'656},
      {"mpt-13b", 12.854e9, 1e-5},
      {"mpt-70b", 64.8624e9, 1e-5},
      // As the papers and pages name them.
      {"llama-7b", 6.7e9, 0.05 / 6.7},
      {"llama-13b", 13.0e9, to_half_a_percent},
      {"llama-33b", 32.5e9, to_half_a_percent},
      {"internlm-7b", 7.3e9, to_half_a_percent},
      {"internlm-20b", 20e9, 0.5 / 20},
      {"mpt-30b", 30e9, to_half_a_percent},
      {"gpt-3-175b", 175.0e9, to_half_a_percent},
      {"gpt-3-13b", 13.0e9, 0.5 / 13},
      {"gpt-3-6.7b", 6.7e9, 0.05 / 6.7},
      {"gpt-3-2.7b", 2.7e9, 0.05 / 2.7},
      {"gpt-3-1.3b", 1.3e9, 0.05 / 1.3},
      // Embedding and the rest apart: 3.2 + 12.5 and 9.4 + 331.6 billion.
      {"nemotron-4-15b", 15.7e9, to_half_a_percent},
      {"nemotron-4-340b", 341.0e9, to_half_a_percent},
      // huggingface.co/TevunahAi/Grok-1-BF16, which holds the tied LM head a second time. (xAI's own "314B" would leave
      // the embedding out.)
      {"grok-1", 316.5e9 - 131072.0 * 6144, 0.05 / 316.5},
  };
  std::size_t known = 0;
  for (auto const& [name, parameters, tolerance] : models) {
    CAPTURE(name);
    CHECK_THAT(count_parameters(built_in_model(name)).total, WithinRel(parameters, tolerance));
    ++known;
  }
  // A new model needs a row here.
  CHECK(known == model_names().size());
}

TEST_CASE("A token of a mixture uses the published number of parameters", "[published][moe]") {
  auto const active = [](char const* name) { return count_parameters(built_in_model(name)).active; };
  // Jiang et al. 2024, arXiv:2401.04088: "each token has access to 47B parameters, but only uses 13B".
  CHECK_THAT(active("mixtral-8x7b"), WithinRel(12.88e9, to_half_a_percent));
  CHECK_THAT(active("mixtral-8x22b"), WithinRel(39e9, to_half_a_percent));
  // The model pages: 3.3B, 22B; 2.7B; 21B, 2.4B without its embedding and head; 37B without its embedding.
  CHECK_THAT(active("qwen3-30b-a3b"), WithinRel(3.3e9, 0.06 / 3.3));
  CHECK_THAT(active("qwen3-235b-a22b"), WithinRel(22e9, 0.5 / 22));
  CHECK_THAT(active("qwen1.5-moe-a2.7b"), WithinRel(2.7e9, to_half_a_percent));
  CHECK_THAT(active("deepseek-v2"), WithinRel(21e9, 0.5 / 21));
  CHECK_THAT(active("deepseek-v2-lite") - 102400.0 * 2048, WithinRel(2.4e9, 0.06 / 2.4));
  CHECK_THAT(active("deepseek-v3") - 129280.0 * 7168, WithinRel(37e9, 0.5 / 37));
  // 5.1B and 3.6B without their embeddings (OpenAI 2025, arXiv:2508.10925, table 1).
  CHECK_THAT(active("gpt-oss-120b") - 201088.0 * 2880, WithinRel(5.13e9, to_half_a_percent));
  CHECK_THAT(active("gpt-oss-20b") - 201088.0 * 2880, WithinRel(3.61e9, to_half_a_percent));
}

TEST_CASE("The multi-token module of DeepSeek-V3 is what its files hold beyond the main model", "[published][moe]") {
  // huggingface.co/deepseek-ai/DeepSeek-V3: 680,571,043,840 numbers in FP8 and 3,918,786,560 in BF16; the files repeat
  // the embedding and the LM head for the module.
  auto const count = count_parameters(from_config("deepseek-v3"));
  double const in_files = 680'571'043'840.0 + 3'918'786'560.0;
  CHECK_THAT(count.multi_token, WithinRel(in_files - count.total - count.embedding - count.lm_head, exactly));
}

TEST_CASE("Adapters have as many parameters as the PEFT library trains", "[published][lora]") {
  TrainingJob job;
  job.model = built_in_model("llama-2-7b");
  // Rank 8 on Q and V is 4,194,304 in every guide; on Q, K, V and output it is twice that.
  job.lora = LoraAdapters{.rank = 8};
  CHECK(trainable_parameters(job) == 2 * 4'194'304);
  // Rank 16 on all seven matrices of a layer.
  job.lora = LoraAdapters{.rank = 16, .targets = LoraTargets::all_linear};
  CHECK(trainable_parameters(job) == 39'976'960);
}
