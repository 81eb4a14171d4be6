// SPDX-License-Identifier: Apache-2.0
#include "advisor/model_library.hpp"

#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <filesystem>

using namespace hpcadvise;
using namespace hpcadvise::advisor;
using Catch::Matchers::ContainsSubstring;

namespace {

struct Refusal {
  std::string where;
  std::string what;
  std::string next_step;
};

Refusal refusal_of(std::string_view text) {
  try {
    model_from_text(text, "config.json");
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

TEST_CASE("Every built-in model is whole and names its source", "[model-library]") {
  for (std::string const& name : model_names()) {
    CAPTURE(name);
    ModelSpec const model = built_in_model(name);
    CHECK(model.head_count % model.kv_head_count == 0);
    CHECK(model.max_sequence_length > 0);
    CHECK(model.head_size % 8 == 0);
    CHECK_THAT(model.source,
               ContainsSubstring("arXiv") || ContainsSubstring("huggingface.co") || ContainsSubstring("github.com"));
  }
}

TEST_CASE("No two built-in models share a name", "[model-library]") {
  auto names = model_names();
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
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

TEST_CASE("A key that is null counts as absent", "[model-library][config]") {
  auto const model = model_from_text(llama_with(R"("num_key_value_heads": null, "head_dim": null)"), "config.json");
  CHECK(model.kv_head_count == 4);
  CHECK(model.head_size == 16);
}

TEST_CASE("A config.json is named by the folder it lies in", "[model-library][config]") {
  CHECK(model_from_text(llama_with(R"("x": 1)"), "/models/tiny/config.json").name == "tiny");
  CHECK(model_from_text(llama_with(R"("x": 1)"), "/models/tiny.json").name == "tiny");
}

TEST_CASE("Values of a configuration that no model has are refused with their place", "[model-library][config]") {
  CHECK(refusal_of(llama_with(R"("hidden_size": 0)")).where == "/hidden_size");
  CHECK(refusal_of(llama_with(R"("num_hidden_layers": -1)")).where == "/num_hidden_layers");
  CHECK(refusal_of(llama_with(R"("vocab_size": 1000000001)")).where == "/vocab_size");
  CHECK(refusal_of(llama_with(R"("intermediate_size": 1.5)")).where == "/intermediate_size");
  CHECK(refusal_of(llama_with(R"("hidden_size": "64")")).where == "/hidden_size");
  CHECK(refusal_of(llama_with(R"("tie_word_embeddings": 1)")).where == "/tie_word_embeddings");
  CHECK(refusal_of(llama_with(R"("num_attention_heads": 3)")).where == "/num_attention_heads");
  CHECK(refusal_of(llama_with(R"("num_key_value_heads": 3)")).where == "/num_key_value_heads");
  CHECK_THAT(refusal_of(llama_with(R"("hidden_size": NaN)")).where, ContainsSubstring("line 2"));
  CHECK(refusal_of(llama_with(R"("hidden_size": 18446744073709551616)")).where == "/hidden_size");
  CHECK(refusal_of(llama_with(R"("num_hidden_layers": 100001)")).where == "/num_hidden_layers");
  CHECK(refusal_of(llama_with(R"("num_hidden_layers": [2])")).where == "/num_hidden_layers");
}

TEST_CASE("A head size of its own need not divide the hidden size", "[model-library][config]") {
  auto const model = model_from_text(llama_with(R"("num_attention_heads": 3, "head_dim": 16)"), "config.json");
  CHECK(model.head_count * model.head_size == 48);
}

TEST_CASE("A key that is missing from a configuration is named", "[model-library][config]") {
  CHECK_THAT(refusal_of(R"({"model_type": "llama"})").what, ContainsSubstring("'num_hidden_layers'"));
  CHECK_THAT(refusal_of(R"({"model_type": "gpt2", "n_layer": 1})").what, ContainsSubstring("'n_embd'"));
  CHECK_THAT(refusal_of("{}").what, ContainsSubstring("'model_type'"));
  CHECK_THAT(refusal_of("[]").what, ContainsSubstring("expected an object"));
  CHECK(refusal_of("").where == "line 1, column 1");
}

TEST_CASE("An unknown architecture is answered with the nearest one, the known ones and another way",
          "[model-library]") {
  auto const refusal = refusal_of(R"({"model_type": "lama"})");
  CHECK(refusal.where == "/model_type");
  CHECK_THAT(refusal.what, ContainsSubstring("'lama'"));
  CHECK_THAT(refusal.next_step, ContainsSubstring("nearest is 'llama'") && ContainsSubstring("gpt_neox") &&
                                    ContainsSubstring("docs/model_format.md"));
  // A name like no other: what its dimensions are called says more.
  auto const by_keys = refusal_of(R"({"model_type": "zzzzzzzzzzzz", "n_layer": 1, "n_embd": 8, "n_head": 1})");
  CHECK_THAT(by_keys.next_step, ContainsSubstring("nearest is 'gptj'"));
}

TEST_CASE("An architecture like none that is described is answered with the file that lists a model's operators",
          "[model-library]") {
  // The keys that their own configurations have.
  for (char const* const config :
       {R"({"model_type": "t5", "num_layers": 12, "d_model": 768, "num_heads": 12, "d_ff": 3072})",
        R"({"model_type": "mamba2", "num_hidden_layers": 64, "hidden_size": 4096, "num_heads": 128})"}) {
    auto const refusal = refusal_of(config);
    CHECK_THAT(refusal.next_step, !ContainsSubstring("nearest is"));
    CHECK_THAT(refusal.next_step, ContainsSubstring("none that is described is near") &&
                                      ContainsSubstring("docs/model_format.md") && ContainsSubstring("known are"));
  }
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

TEST_CASE("What is missing of a model is said, and not every name there is", "[model-library]") {
  namespace fs = std::filesystem;
  auto const complaint = [](std::string const& name) {
    try {
      find_model(name);
    } catch (profiles::UsageError const& error) {
      CHECK(error.next_step().size() < 200);
      return std::string(error.what()) + " | " + error.next_step();
    }
    FAIL("found a model of that name");
    return std::string();
  };
  auto const folder = fs::temp_directory_path() / "hpcadvise-model-without-config";
  fs::create_directories(folder);
  CHECK_THAT(complaint(folder.string()), ContainsSubstring("this folder has no config.json"));
  CHECK_THAT(complaint("nofile.json"), ContainsSubstring("model 'nofile.json': no such file"));
  CHECK_THAT(complaint("no/such/model"), ContainsSubstring("no such file"));
  CHECK_THAT(complaint("llama-3-7b"), ContainsSubstring("'llama-3-8b' or 'llama-3-70b'"));
  CHECK_THAT(complaint("zzz"), ContainsSubstring("hpcadvise models list"));
  fs::remove(folder);
}

TEST_CASE("A folder is a model's name however it is reached", "[model-library][config]") {
  for (char const* const path : {"/models/tiny/./config.json", "/models/tiny/sub/../config.json"}) {
    CAPTURE(path);
    CHECK(model_from_text(llama_with(R"("x": 1)"), path).name == "tiny");
  }
}

TEST_CASE("Dimensions that make no model together are refused", "[model-library][config]") {
  auto const refusal = refusal_of(llama_with(R"("hidden_size": 1000000000, "intermediate_size": 1000000000)"));
  CHECK_THAT(refusal.what, ContainsSubstring("more than any model has"));
}

TEST_CASE("What a configuration says of its experts must be possible", "[model-library][config][moe]") {
  auto const mixture_with = [](std::string const& keys) {
    return llama_with(R"("model_type": "qwen3_moe", "num_experts": 4, "num_experts_per_tok": 2, )" + keys);
  };
  CHECK(refusal_of(mixture_with(R"("num_experts_per_tok": 5)")).where == "/num_experts_per_tok");
  CHECK(refusal_of(mixture_with(R"("num_experts": 0)")).where == "/num_experts");
  CHECK(refusal_of(mixture_with(R"("num_experts": 1e300)")).where == "/num_experts");
  CHECK(refusal_of(mixture_with(R"("mlp_only_layers": [1])")).where == "/mlp_only_layers/0");
  CHECK_THAT(refusal_of(llama_with(R"("model_type": "mixtral", "num_local_experts": 2)")).what,
             ContainsSubstring("'num_experts_per_tok'"));
}

TEST_CASE("A pattern of sliding windows that is not described is refused", "[model-library][config]") {
  auto const windows = [](std::string const& types) {
    return llama_with(R"("model_type": "gemma2", "head_dim": 16, "layer_types": )" + types);
  };
  CHECK(refusal_of(windows(R"(["full_attention"])")).where == "/layer_types");
  CHECK(refusal_of(windows(R"(["linear_attention", "full_attention"])")).where == "/layer_types/0");
  CHECK(refusal_of(windows(R"([1, 2])")).where == "/layer_types/0");
  auto const irregular = R"("num_hidden_layers": 5, "model_type": "gemma2", "head_dim": 16, "layer_types":
      ["sliding_attention", "full_attention", "sliding_attention", "sliding_attention", "full_attention"])";
  CHECK(refusal_of(llama_with(irregular)).where == "/layer_types");
}
