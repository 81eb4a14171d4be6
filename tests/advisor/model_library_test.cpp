// SPDX-License-Identifier: Apache-2.0
#include "advisor/model_library.hpp"

#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <filesystem>

using namespace hpcadvise;
using namespace hpcadvise::advisor;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

double total_of(std::string_view model) { return count_parameters(built_in_model(model)).total; }

struct Refusal {
  std::string where;
  std::string what;
  std::string next_step;
};

Refusal refusal_of(std::string_view text) {
  try {
    model_from_config(text, "config.json");
  } catch (profiles::FileError const& error) {
    CHECK_FALSE(error.next_step().empty());
    return {error.where(), error.what(), error.next_step()};
  }
  FAIL("this text was read as a model");
  return {};
}

// A small llama with one key more, which wins over the same key before it.
std::string llama_with(std::string const& key_and_value) {
  return R"({"model_type": "llama", "num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 4,
             "intermediate_size": 128, "vocab_size": 1000, )" +
         key_and_value + "}";
}

}  // namespace

TEST_CASE("Built-in models have the parameters of the published weights", "[model-library]") {
  // Tensor sizes of the released weights, as the model pages state them.
  CHECK_THAT(total_of("llama-2-7b"), WithinRel(6'738'415'616.0, 1e-9));
  CHECK_THAT(total_of("llama-2-13b"), WithinRel(13'015'864'320.0, 1e-9));
  CHECK_THAT(total_of("llama-2-70b"), WithinRel(68'976'648'192.0, 1e-9));
  CHECK_THAT(total_of("llama-3-8b"), WithinRel(8'030'261'248.0, 1e-9));
  CHECK_THAT(total_of("llama-3-70b"), WithinRel(70'553'706'496.0, 1e-9));
  CHECK_THAT(total_of("llama-3.1-405b"), WithinRel(405'853'388'800.0, 1e-9));
  CHECK_THAT(total_of("mistral-7b"), WithinRel(7'241'732'096.0, 1e-9));
  CHECK_THAT(total_of("mixtral-8x7b"), WithinRel(46'702'792'704.0, 1e-9));
  // Brown et al. 2020, table 2.1. The smaller ones are given there to two digits.
  CHECK_THAT(total_of("gpt-3-175b"), WithinRel(175.0e9, 0.005));
  CHECK_THAT(total_of("gpt-3-13b"), WithinRel(13.0e9, 0.5 / 13));
  CHECK_THAT(total_of("gpt-3-6.7b"), WithinRel(6.7e9, 0.05 / 6.7));
  CHECK_THAT(total_of("gpt-3-2.7b"), WithinRel(2.7e9, 0.05 / 2.7));
  CHECK_THAT(total_of("gpt-3-1.3b"), WithinRel(1.3e9, 0.05 / 1.3));
}

TEST_CASE("A token of Mixtral uses 13 billion parameters", "[model-library][moe]") {
  // Jiang et al. 2024, arXiv:2401.04088: "each token has access to 47B parameters, but only uses 13B".
  CHECK_THAT(count_parameters(built_in_model("mixtral-8x7b")).active, WithinRel(12.88e9, 0.005));
}

TEST_CASE("Every built-in model is whole and names its source", "[model-library]") {
  for (std::string const& name : model_names()) {
    CAPTURE(name);
    ModelSpec const model = built_in_model(name);
    CHECK(model.head_size * model.head_count == model.hidden_size);
    CHECK(model.head_count % model.kv_head_count == 0);
    CHECK(model.max_sequence_length > 0);
    CHECK_THAT(model.source, ContainsSubstring("arXiv"));
  }
}

TEST_CASE("A configuration of each architecture gives the published number of parameters", "[model-library][config]") {
  struct Published {
    char const* file;
    double parameters;  // tensor sizes of the released weights, as the model page states them
  };
  // Files in tests/fixtures/models hold the keys of the released config.json that matter here.
  constexpr Published models[] = {
      {"llama-3-8b", 8'030'261'248}, {"mistral-7b-v0.1", 7'241'732'096}, {"mixtral-8x7b", 46'702'792'704},
      {"qwen2-7b", 7'615'616'512},   {"qwen2-0.5b", 494'032'768},        {"gemma-7b", 8'537'680'896},
      {"olmo-7b", 6'888'095'744},    {"phi-2", 2'779'683'840},           {"pythia-6.9b", 6'857'302'016},
      {"gpt2", 124'439'808},         {"bloom-7b1", 7'069'016'064},       {"mpt-7b", 6'649'286'656},
      {"falcon-7b", 6'921'720'704},
  };
  for (auto const& [file, parameters] : models) {
    CAPTURE(file);
    auto const model = find_model(HPCADVISE_TEST_DATA "/fixtures/models/" + std::string(file) + ".json");
    CHECK_THAT(count_parameters(model).total, WithinRel(parameters, 0.0005));
    CHECK(model.name == file);
  }
}

TEST_CASE("A configuration and the built-in model of the same name agree", "[model-library][config]") {
  auto const built_in = built_in_model("llama-3-8b");
  auto const read = find_model(HPCADVISE_TEST_DATA "/fixtures/models/llama-3-8b.json");
  CHECK(read.name == built_in.name);
  CHECK(read.family == built_in.family);
  CHECK(read.ffn_size == built_in.ffn_size);
  CHECK(read.kv_head_count == built_in.kv_head_count);
  CHECK(read.head_size == built_in.head_size);
  CHECK(read.max_sequence_length == built_in.max_sequence_length);
  CHECK(read.gated_ffn == built_in.gated_ffn);
  CHECK(read.positions == built_in.positions);
}

TEST_CASE("Mixture of experts is read with its counts", "[model-library][config][moe]") {
  auto const model = find_model(HPCADVISE_TEST_DATA "/fixtures/models/mixtral-8x7b.json");
  REQUIRE(model.experts);
  CHECK(model.experts->expert_count == 8);
  CHECK(model.experts->experts_per_token == 2);
  CHECK(model.experts->expert_ffn_size == 14336);
}

TEST_CASE("A key that is null counts as absent", "[model-library][config]") {
  auto const model = model_from_config(llama_with(R"("num_key_value_heads": null, "head_dim": null)"), "config.json");
  CHECK(model.kv_head_count == 4);
  CHECK(model.head_size == 16);
}

TEST_CASE("A config.json is named by the folder it lies in", "[model-library][config]") {
  CHECK(model_from_config(llama_with(R"("x": 1)"), "/models/tiny/config.json").name == "tiny");
  CHECK(model_from_config(llama_with(R"("x": 1)"), "/models/tiny.json").name == "tiny");
}

TEST_CASE("Values of a configuration that no model has are refused with their place", "[model-library][config]") {
  CHECK(refusal_of(llama_with(R"("hidden_size": 0)")).where == "/hidden_size");
  CHECK(refusal_of(llama_with(R"("num_hidden_layers": -1)")).where == "/num_hidden_layers");
  CHECK(refusal_of(llama_with(R"("vocab_size": 1000000001)")).where == "/vocab_size");
  CHECK(refusal_of(llama_with(R"("intermediate_size": 1.5)")).where == "/intermediate_size");
  CHECK(refusal_of(llama_with(R"("hidden_size": "64")")).where == "/hidden_size");
  CHECK(refusal_of(llama_with(R"("tie_word_embeddings": 1)")).where == "/tie_word_embeddings");
  CHECK(refusal_of(llama_with(R"("num_attention_heads": 3)")).where == "/num_attention_heads");
  CHECK(refusal_of(llama_with(R"("num_key_value_heads": 3)")).where == "/num_attention_heads");
  CHECK_THAT(refusal_of(llama_with(R"("hidden_size": NaN)")).where, ContainsSubstring("line 2"));
  CHECK(refusal_of(llama_with(R"("model_type": "mixtral", "num_local_experts": 2, "num_experts_per_tok": 3)")).where ==
        "/num_experts_per_tok");
}

TEST_CASE("A head size of its own need not divide the hidden size", "[model-library][config]") {
  auto const model = model_from_config(llama_with(R"("num_attention_heads": 3, "head_dim": 16)"), "config.json");
  CHECK(model.head_count * model.head_size == 48);
}

TEST_CASE("A key that is missing from a configuration is named", "[model-library][config]") {
  CHECK_THAT(refusal_of(R"({"model_type": "llama"})").what, ContainsSubstring("'num_hidden_layers'"));
  CHECK_THAT(refusal_of(R"({"model_type": "gpt2", "n_layer": 1})").what, ContainsSubstring("'n_embd'"));
  CHECK_THAT(refusal_of("{}").what, ContainsSubstring("'model_type'"));
  CHECK_THAT(refusal_of("[]").what, ContainsSubstring("expected an object"));
  CHECK(refusal_of("").where == "line 1, column 1");
}

TEST_CASE("An unknown architecture is answered with the known ones", "[model-library][config]") {
  auto const refusal = refusal_of(R"({"model_type": "lama"})");
  CHECK(refusal.where == "/model_type");
  CHECK_THAT(refusal.what, ContainsSubstring("'lama'"));
  CHECK_THAT(refusal.next_step, ContainsSubstring("nearest is 'llama'") && ContainsSubstring("gpt_neox"));
}

TEST_CASE("An unknown model is answered with the nearest name", "[model-library]") {
  try {
    find_model("llama2-7b");
    FAIL("found a model of that name");
  } catch (profiles::UsageError const& error) {
    CHECK_THAT(error.what(), ContainsSubstring("'llama2-7b'"));
    CHECK_THAT(error.next_step(), ContainsSubstring("'llama-2-7b'"));
  }
}
