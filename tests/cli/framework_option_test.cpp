// SPDX-License-Identifier: Apache-2.0
// What --framework does to an answer, and what is said of the ground that an answer stands on.
#include "tests/cli/run_in_process.hpp"

#include "advisor/framework.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace hpcadvise;
using tests::has;
using tests::run;
using tests::unwrapped;

TEST_CASE("A framework that nobody knows is answered with every word that is known", "[cli]") {
  auto const result =
      run({"advise", "--model", "llama-2-7b", "--machine", "lumi-g", "--devices", "64", "--framework", "something"});
  CHECK(result.code == 2);
  auto const said = unwrapped(result.log);
  for (auto const word : advisor::framework_words()) {
    CAPTURE(word);
    CHECK(has(said, std::string(word)));
  }
}

TEST_CASE("An answer on weak ground says on how few published runs it rests", "[cli]") {
  auto const said =
      unwrapped(run({"advise", "--model", "deepseek-v3", "--machine", "jupiter-booster", "--devices", "2048"}).out);
  CHECK(has(said, "checked on are few: latent attention 3"));
  CHECK(has(
      said,
      "of 42 published runs on gh200-96gb kept aside from fitting, 34 lie inside such an interval; few were fitted"));
}

TEST_CASE("A plan with what the framework has no switch for is refused, and estimated where none is named", "[cli]") {
  auto const estimate = [](std::vector<std::string> framework) {
    std::vector<std::string> words{"estimate",
                                   "--model",
                                   "llama-2-7b",
                                   "--machine",
                                   "lumi-g",
                                   "--plan",
                                   "pp=2,dp=4,global_batch=8,sharding=zero3"};
    words.insert(words.end(), framework.begin(), framework.end());
    return run(words);
  };
  auto const refused = estimate({"--framework", "axolotl"});
  CHECK(refused.code == 2);
  CHECK(has(unwrapped(refused.log), "pipeline parallelism: hugging-face does not have it"));
  CHECK(has(unwrapped(refused.log), "leave pp out, or name another --framework"));
  CHECK(estimate({"--framework", "torchtitan"}).code == 0);
}

TEST_CASE("Who names a framework that is not what they would expect is told what it is", "[cli]") {
  auto const said_of = [](char const* framework) {
    return unwrapped(
        run({"advise", "--model", "llama-2-7b", "--machine", "lumi-g", "--devices", "8", "--framework", framework})
            .out);
  };
  CHECK(has(said_of("llm-foundry"), "llm-foundry: as it was in 2023"));
  CHECK(has(said_of("nanotron"), "nanotron is known by its code"));
  CHECK(has(said_of("PyTorch DDP"), "PyTorch DDP is known by its code"));
  CHECK(has(said_of("Megatron-LM"),
            "Megatron-LM is taken as megatron-legacy: as it was in 2022; today's Megatron-LM is megatron-core"));
  CHECK(has(said_of("deepspeed"), "deepspeed is taken as megatron-deepspeed: around a Hugging Face model"));
  CHECK(has(said_of("torchtitan"), "torchtitan is taken as fsdp-compiled: its own default"));
  CHECK(has(said_of("huggingface"), "huggingface is known by its code"));
  CHECK(has(said_of("Lightning"), "Lightning is taken as pytorch, known by its code"));
  for (char const* const plainly : {"megatron-core", "Megatron-Core 0.9", "Megatron-DeepSpeed", "NeMo"})
    CHECK_FALSE(has(said_of(plainly), "Note: "));
}
