// SPDX-License-Identifier: Apache-2.0
#include "advisor/layer_description.hpp"
#include "advisor/model_library.hpp"
#include "advisor/operators.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/error.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise;
using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

// Two state-space layers and one of attention with experts, as docs/model_format.md explains them.
std::string hybrid() {
  return R"({
    "schema_version": 1,
    "name": "hybrid",
    "source": "made up",
    "vocabulary_size": 100,
    "hidden_size": 10,
    "layers": [
      {"count": 2, "operators": [
        {"operator": "linear", "name": "in", "inputs": 10, "outputs": 40, "cut": "columns"},
        {"operator": "elementwise", "name": "scan", "elements": 64, "parameters": 7},
        {"operator": "linear", "name": "out", "inputs": 20, "outputs": 10, "cut": "rows", "bias": true}]},
      {"operators": [
        {"operator": "linear", "name": "qkv", "inputs": 10, "outputs": 24, "cut": "columns", "part": "attention"},
        {"operator": "attention", "heads": 4, "kv_heads": 4, "head_size": 2, "window": 16},
        {"operator": "linear", "name": "router", "inputs": 10, "outputs": 8, "part": "router"},
        {"operator": "experts", "experts": 8, "experts_per_token": 2, "linears": [
          {"name": "up", "inputs": 10, "outputs": 6, "cut": "columns"},
          {"name": "down", "inputs": 6, "outputs": 10, "cut": "rows"}]}]}
    ]})";
}

std::string with(std::string text, std::string_view old_text, std::string_view new_text) {
  auto const at = text.find(old_text);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old_text.size(), new_text);
}

struct Refusal {
  std::string where;
  std::string what;
  std::string next_step;
};

Refusal refusal_of(std::string const& text) {
  try {
    model_from_text(text, "model.json");
  } catch (profiles::FileError const& error) {
    CHECK(error.file() == "model.json");
    CHECK_FALSE(error.next_step().empty());
    return {error.where(), error.what(), error.next_step()};
  }
  FAIL("this text was read as a model");
  return {};
}

Refusal refusal_with(std::string_view old_text, std::string_view new_text) {
  return refusal_of(with(hybrid(), old_text, new_text));
}

}  // namespace

TEST_CASE("A model file lists layers by their operators", "[model-file]") {
  auto const model = model_from_text(hybrid(), "model.json");
  CHECK(model.name == "hybrid");
  CHECK(model.source == "made up");
  CHECK(model.layer_count == 3);
  CHECK(model.head_count == 4);
  CHECK(layer_order(model) == std::vector<std::size_t>{0, 0, 1});

  auto const count = count_parameters(model);
  double const state_space = 400 + 7 + 200 + 10;
  double const experts = 8 * (60 + 60);
  CHECK(count.total == 1000 + 1000 + 10 + 2 * state_space + 240 + 80 + experts);
  CHECK(count.total - count.active == experts * 6 / 8);
}

TEST_CASE("Listed operators are cut, timed and exchanged like any other", "[model-file]") {
  auto const model = model_from_text(hybrid(), "model.json");
  auto const kinds = layer_kinds(model);
  auto plan = plan_of(2, 1, 1);
  plan.expert_parallel = 2;
  auto const job = job_of(model, 32);

  auto const state_space = layer_block(job, plan, kinds[0]);
  CHECK(state_space.gemms[0].forward == GemmShape{32, 20, 10});
  CHECK(state_space.gemms[1].forward == GemmShape{32, 10, 10});
  CHECK(state_space.elementwise[0].forward_bytes == 32.0 * 64 / 2 * 2);
  CHECK(state_space.all_reduces_forward == 1);
  CHECK_FALSE(state_space.attention);

  auto const attention = layer_block(job, plan, kinds[1]);
  CHECK(attention.attention->heads == 2);
  CHECK(attention.attention->window == 16);
  CHECK_FALSE(attention.gemms[1].quantized);
  // 32 tokens x 2 copies, half of them here, on 4 experts of the 8
  CHECK(attention.gemms[2].forward == GemmShape{8, 6, 10});
  CHECK(attention.gemms[2].count == 4);
  CHECK(attention.expert_all_to_all.bytes == 32.0 * 2 * 10 * 2 / 2);
}

TEST_CASE("Adapters find the attention of a listed model", "[model-file][lora]") {
  TrainingJob job = job_of(model_from_text(hybrid(), "model.json"), 32);
  job.lora = LoraAdapters{.rank = 2};
  CHECK(trainable_parameters(job) == 2 * (10 + 24));
}

TEST_CASE("What a model file leaves out is as the format says", "[model-file]") {
  auto const model = model_from_text(
      R"({"schema_version": 1, "vocabulary_size": 9, "hidden_size": 4, "layers": [{"operators": [
         {"operator": "linear", "name": "only", "inputs": 4, "outputs": 4},
         {"operator": "attention", "heads": 2, "head_size": 2}]}]})",
      "small.json");
  CHECK(model.name == "small");
  CHECK(model.source == "small.json");
  CHECK_FALSE(model.tied_embeddings);
  CHECK(model.kv_head_count == 2);
  CHECK(describe_layer(model, layer_kinds(model)[0]).attention->value_head_size == 2);
  CHECK(describe_layer(model, layer_kinds(model)[0], {.tensor = 2}).linears[0].outputs == 4);
}

TEST_CASE("The example of docs/model_format.md is a model", "[model-file][docs]") {
  std::string const page = profiles::read_text_file(HPCADVISE_TEST_DATA "/../docs/model_format.md");
  std::string const fence = "```json\n";
  auto const start = page.find(fence) + fence.size();
  auto const model = model_from_text(page.substr(start, page.find("```", start) - start), "model_format.md");
  CHECK(model.layer_count == 72);
  CHECK(layer_kinds(model).size() == 2);
}

TEST_CASE("A wrong key of a model file is refused at its place", "[model-file]") {
  CHECK(refusal_with(R"("hidden_size": 10)", R"("hidden_size": 0)").where == "/hidden_size");
  CHECK(refusal_with(R"("hidden_size": 10)", R"("hidden_size": "10")").where == "/hidden_size");
  CHECK(refusal_with(R"("schema_version": 1)", R"("schema_version": 2)").where == "/schema_version");
  CHECK(refusal_with(R"("count": 2)", R"("count": 0)").where == "/layers/0/count");
  CHECK(refusal_with(R"("count": 2)", R"("count": 100000000)").where == "/layers/0/count");
  CHECK(refusal_with(R"("cut": "columns")", R"("cut": "diagonal")").where == "/layers/0/operators/0/cut");
  CHECK(refusal_with(R"("part": "router")", R"("part": "expert")").where == "/layers/1/operators/2/part");
  CHECK(refusal_with(R"("elements": 64)", R"("elements": -1)").where == "/layers/0/operators/1/elements");
  CHECK(refusal_with(R"("elements": 64)", R"("elements": 1e300)").where == "/layers/0/operators/1/elements");
  CHECK(refusal_with(R"("kv_heads": 4)", R"("kv_heads": 3)").where == "/layers/1/operators/1/kv_heads");
  CHECK(refusal_with(R"("experts_per_token": 2)", R"("experts_per_token": 9)").where ==
        "/layers/1/operators/3/experts_per_token");
  CHECK(refusal_with(R"("outputs": 6)", R"("outputs": 1e9)").where == "/layers/1/operators/3/linears/0/outputs");
  CHECK(refusal_with(R"("vocabulary_size": 100)", R"("positions": "learned", "vocabulary_size": 100)").where ==
        "/positions");
  CHECK_THAT(refusal_with(R"("operator": "linear", "name": "in")", R"("operator": "matrix", "name": "in")").next_step,
             ContainsSubstring("linear, attention, experts, elementwise"));
}

TEST_CASE("A key of a model file that is not known is answered with the nearest", "[model-file]") {
  auto const refusal = refusal_with(R"("hidden_size")", R"("hiden_size")");
  CHECK(refusal.where == "/hiden_size");
  CHECK_THAT(refusal.next_step, ContainsSubstring("'hidden_size'"));
  CHECK(refusal_with(R"("bias": true)", R"("biased": true)").where == "/layers/0/operators/2/biased");
}

TEST_CASE("A key that is missing from a model file is named", "[model-file]") {
  CHECK_THAT(refusal_with(R"("vocabulary_size": 100,)", "").what, ContainsSubstring("'vocabulary_size'"));
  CHECK_THAT(refusal_with(R"(, "head_size": 2)", "").what, ContainsSubstring("'head_size'"));
  CHECK_THAT(refusal_of(R"({"schema_version": 1, "vocabulary_size": 9, "hidden_size": 4})").what,
             ContainsSubstring("'layers'"));
}

TEST_CASE("A model file without layers, or a layer without matrices, is refused", "[model-file]") {
  std::string const start = R"({"schema_version": 1, "vocabulary_size": 9, "hidden_size": 4, "layers": )";
  CHECK(refusal_of(start + "[]}").where == "/layers");
  CHECK(refusal_of(start + R"([{"operators": []}]})").where == "/layers/0/operators");
}

TEST_CASE("A plan must divide the heads that all layers have in common", "[model-file]") {
  auto const model = model_from_text(
      R"({"schema_version": 1, "vocabulary_size": 9, "hidden_size": 4, "layers": [
         {"operators": [{"operator": "linear", "name": "a", "inputs": 4, "outputs": 4},
                        {"operator": "attention", "heads": 12, "kv_heads": 4, "head_size": 2}]},
         {"operators": [{"operator": "linear", "name": "b", "inputs": 4, "outputs": 4},
                        {"operator": "attention", "heads": 8, "head_size": 2}]}]})",
      "model.json");
  CHECK(model.head_count == 4);
  CHECK(model.kv_head_count == 4);
}

TEST_CASE("A layer holds one attention and one group of experts", "[model-file]") {
  std::string const attention = R"({"operator": "attention", "heads": 4, "head_size": 2},)";
  CHECK(refusal_with(R"({"operator": "linear", "name": "router")",
                     attention + R"({"operator": "linear", "name": "router")")
            .where == "/layers/1/operators/2/operator");
}
