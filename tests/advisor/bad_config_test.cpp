// SPDX-License-Identifier: Apache-2.0
// What a config.json of each family may lack, contradict or exaggerate: one clear error, at its place.
#include "advisor/model_library.hpp"
#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <fstream>

using namespace hpcadvise;
using namespace hpcadvise::advisor;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

// One of each family, and what it cannot be read without.
struct Family {
  char const* config;
  std::vector<std::string> needed;
};

std::vector<Family> const families{
    {"llama-3-8b", {"num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size", "vocab_size"}},
    {"mistral-7b-v0.1", {"num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size", "vocab_size"}},
    {"mixtral-8x7b", {"num_hidden_layers", "intermediate_size", "num_local_experts", "num_experts_per_tok"}},
    {"qwen2-7b", {"num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size", "vocab_size"}},
    {"qwen1.5-moe-a2.7b", {"hidden_size", "num_experts", "num_experts_per_tok"}},
    {"qwen3-8b", {"num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size", "vocab_size"}},
    {"qwen3-30b-a3b", {"hidden_size", "num_experts", "num_experts_per_tok"}},
    {"gemma-7b", {"num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size", "vocab_size"}},
    {"gemma-2-2b", {"num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size", "vocab_size"}},
    {"gemma-3-1b", {"num_hidden_layers", "hidden_size", "intermediate_size"}},
    {"deepseek-v2", {"hidden_size", "num_experts_per_tok", "moe_intermediate_size", "first_k_dense_replace"}},
    {"deepseek-v3", {"hidden_size", "num_experts_per_tok", "moe_intermediate_size", "first_k_dense_replace"}},
    {"falcon-40b", {"num_hidden_layers", "hidden_size", "num_attention_heads", "vocab_size"}},
    {"gpt-neox-20b", {"num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size", "vocab_size"}},
    {"gpt2", {"n_layer", "n_embd", "n_head", "vocab_size"}},
    {"bloom-7b1", {"n_layer", "hidden_size", "n_head", "vocab_size"}},
    {"mpt-7b", {"n_layers", "d_model", "n_heads", "vocab_size"}},
    {"phi-2", {"num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size", "vocab_size"}},
    {"phi-3-mini", {"num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size", "vocab_size"}},
    {"olmo-7b", {"num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size", "vocab_size"}},
    {"olmo-2-7b", {"num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size", "vocab_size"}},
    {"granite-3.3-8b", {"num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size", "vocab_size"}}};

json released(std::string const& name) {
  std::ifstream file(HPCADVISE_TEST_DATA "/fixtures/models/" + name + ".json");
  return json::parse(file);
}

struct Refusal {
  std::string where;
  std::string what;
  std::string next_step;
};

Refusal refusal_of(json const& config) {
  try {
    model_from_text(config.dump(), "config.json");
  } catch (profiles::FileError const& error) {
    // Where it says what a file says, it stays a line or two.
    CHECK(std::string(error.what()).size() < 300);
    CHECK_FALSE(error.next_step().empty());
    return {error.where(), error.what(), error.next_step()};
  }
  FAIL_CHECK("this configuration was read as a model: " << config.dump());
  return {};
}

}  // namespace

TEST_CASE("A key that a family cannot do without is named when it is missing", "[config][bad]") {
  for (auto const& [name, needed] : families)
    for (std::string const& key : needed) {
      CAPTURE(name, key);
      auto config = released(name);
      REQUIRE(config.erase(key) == 1);
      CHECK_THAT(refusal_of(config).what, ContainsSubstring("the key '" + key + "' is missing"));
    }
}

TEST_CASE("A dimension of any family that no model has is refused at its place", "[config][bad]") {
  for (auto const& [name, needed] : families)
    for (std::string const& key : needed)
      for (json const& value : {json(-1), json(1e30), json(1.5), json(std::string(100'000, 'x')), json(true),
                                json::array({1}), json::object(), json(std::int64_t{1} << 62)}) {
        CAPTURE(name, key, value.type_name());
        auto config = released(name);
        config[key] = value;
        CHECK(refusal_of(config).where == "/" + key);
      }
}

TEST_CASE("Keys that contradict each other are refused with both values", "[config][bad]") {
  auto const with = [](char const* name, json const& changes) {
    auto config = released(name);
    config.update(changes);
    return refusal_of(config).what;
  };
  CHECK_THAT(with("llama-3-8b", {{"num_attention_heads", 33}}), ContainsSubstring("33") && ContainsSubstring("4096"));
  CHECK_THAT(with("llama-3-8b", {{"num_key_value_heads", 5}}), ContainsSubstring("5 key-value heads"));
  CHECK_THAT(with("mistral-7b-v0.1", {{"num_key_value_heads", 64}}), ContainsSubstring("64 key-value heads"));
  CHECK_THAT(with("gpt2", {{"n_head", 7}}), ContainsSubstring("n_head = 7") && ContainsSubstring("n_embd = 768"));
  CHECK_THAT(with("bloom-7b1", {{"n_head", 3}}), ContainsSubstring("n_head = 3"));
  CHECK_THAT(with("mpt-7b", {{"n_heads", 3}}), ContainsSubstring("n_heads = 3"));
  CHECK_THAT(with("falcon-40b", {{"num_kv_heads", 3}}), ContainsSubstring("3 key-value heads"));
  CHECK_THAT(with("gpt-neox-20b", {{"num_attention_heads", 7}}), ContainsSubstring("hidden_size = 6144"));
  CHECK_THAT(with("phi-2", {{"num_attention_heads", 3}}), ContainsSubstring("hidden_size = 2560"));
  CHECK_THAT(with("mixtral-8x7b", {{"num_experts_per_tok", 9}}), ContainsSubstring("9 experts for a token"));
  CHECK_THAT(with("deepseek-v3", {{"first_k_dense_replace", 62}}), ContainsSubstring("from 0 to 61"));
  CHECK_THAT(with("gpt-oss-20b", {{"num_hidden_layers", 23}}), ContainsSubstring("24 entries for 23 layers"));
  CHECK_THAT(with("llama-3-8b", {{"hidden_size", 1'000'000'000}, {"intermediate_size", 1'000'000'000}}),
             ContainsSubstring("more than any model has"));
}

TEST_CASE("A later architecture is answered with the one of its family", "[config][bad]") {
  auto const nearest = [](char const* type) {
    auto config = released("llama-3-8b");
    config["model_type"] = type;
    return refusal_of(config).next_step;
  };
  CHECK_THAT(nearest("llama4"), ContainsSubstring("nearest is 'llama'"));
  CHECK_THAT(nearest("qwen3_next"), ContainsSubstring("nearest is 'qwen3'"));
  CHECK_THAT(nearest("deepseek_v32"), ContainsSubstring("nearest is 'deepseek_v3'"));
  CHECK_THAT(nearest("mixtrall"), ContainsSubstring("nearest is 'mixtral'"));
  CHECK_THAT(nearest("gpt_neo"), ContainsSubstring("nearest is 'gpt_neox'"));
}

TEST_CASE("What a message quotes of a file is short and cannot speak to a terminal", "[config][bad]") {
  auto config = released("llama-3-8b");
  config["model_type"] = std::string(5'000'000, 'x');
  refusal_of(config);
  config["model_type"] = "\x1b[31mred\n";
  CHECK_THAT(refusal_of(config).what, ContainsSubstring("'?[31mred '"));
}

TEST_CASE("Text that is nested too deep, cut short or no text at all is refused", "[config][bad]") {
  auto const refused = [](std::string const& text) {
    try {
      model_from_text(text, "config.json");
    } catch (profiles::FileError const& error) {
      return std::string(error.where());
    }
    return std::string("nowhere");
  };
  CHECK(refused(std::string(100'000, '[')) == "line 1, column 65");
  std::string nested = R"({"model_type": "llama", "text_config": )";
  for (int level = 0; level < 100; ++level) nested += R"({"text_config": )";
  CHECK_THAT(refused(nested), ContainsSubstring("line 1"));
  CHECK(refused("\xff\xfe") == "line 1, column 1");
  CHECK(refused(std::string("{\0}", 3)) == "line 1, column 2");
  std::string const whole = released("deepseek-v3").dump();
  CHECK_THAT(refused(whole.substr(0, whole.size() / 2)), ContainsSubstring("line 1"));
}
