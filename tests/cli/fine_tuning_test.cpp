// SPDX-License-Identifier: Apache-2.0
#include "cli/fine_tuning_options.hpp"

#include "tests/cli/run_in_process.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

using namespace hpcadvise;
using Catch::Matchers::ContainsSubstring;
using tests::run;

namespace {

using Words = std::vector<std::string>;

Words advise(Words const& more) {
  Words words{"advise", "--model", "llama-2-7b", "--machine", "lumi-g", "--devices", "8"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("LoRA's defaults are assumed aloud, and what is trained is counted", "[cli][lora]") {
  auto const result = run(advise({"--fine-tune", "lora"}));
  CHECK(result.code == 0);
  CHECK_THAT(result.out, ContainsSubstring("LoRA of rank 8 on attention: 8.39 M parameters trained"));
  CHECK_THAT(result.out, ContainsSubstring("LoRA rank 8, LoRA on attention"));
  CHECK_THAT(result.out, ContainsSubstring("no published run with adapters"));
}

TEST_CASE("Full fine-tuning trains everything, in batches of fine-tuning", "[cli]") {
  auto const result = run(advise({"--fine-tune", "full"}));
  CHECK_THAT(result.out, ContainsSubstring("full fine-tuning: 6.74 B parameters trained"));
  CHECK_THAT(result.out, ContainsSubstring("global batch 64"));
  CHECK_THAT(run(advise({})).out, !ContainsSubstring("parameters trained"));
}

TEST_CASE("Fine-tuning leaves out the modules that predict further tokens", "[cli]") {
  advisor::TrainingJob job;
  job.model.multi_token_modules = 1;
  std::vector<std::string> assumed;
  cli::resolve_fine_tuning({}, job, assumed);
  CHECK(job.model.multi_token_modules == 1);
  cli::resolve_fine_tuning({.kind = "full", .lora_rank = {}, .lora_targets = {}}, job, assumed);
  CHECK(job.model.multi_token_modules == 0);
  CHECK(assumed == std::vector<std::string>{"no multi-token module"});
}

TEST_CASE("Options of adapters that contradict are refused with what to do", "[cli][lora]") {
  struct Refused {
    Words words;
    char const* what;
  };
  for (auto const& [words, what] : {Refused{{"--lora-rank", "8"}, "without --fine-tune lora"},
                                    Refused{{"--lora-targets", "attention", "--fine-tune", "full"}, "--lora-targets"},
                                    Refused{{"--fine-tune", "lora", "--lora-rank", "0"}, "between 1 and 4096"},
                                    Refused{{"--fine-tune", "lora", "--lora-rank", "5000"}, "between 1 and 4096"},
                                    Refused{{"--fine-tune", "some"}, "--fine-tune"}}) {
    auto const result = run(advise(words));
    CAPTURE(result.log);
    CHECK(result.code == 2);
    CHECK_THAT(result.log, ContainsSubstring(what));
  }
}

TEST_CASE("A plan's answer brings its adapters to estimate, and a kind of job it cannot know is refused",
          "[cli][lora]") {
  tests::TemporaryFolder const folder;
  auto const file = folder.file("plan.json");
  auto const answer = run(advise({"--fine-tune", "lora", "--lora-rank", "16", "--lora-targets", "all-linear",
                                  "--sequence-length", "2048", "--format", "json"}));
  std::ofstream(file) << answer.out;
  auto const advised = nlohmann::json::parse(answer.out);
  CHECK(advised.at("job").at("lora_targets") == "all-linear");
  CHECK(advised.at("job").at("trained_parameters") == 39976960);  // as PEFT counts them

  auto const estimated = nlohmann::json::parse(run({"estimate", "--plan", file, "--format", "json"}).out);
  CHECK(estimated.at("job") == advised.at("job"));
  CHECK(estimated.at("step_time_s") ==
        advised.at("plans").at(advised.at("recommended").get<std::size_t>()).at("step_time_s"));

  auto broken = advised;
  broken["job"]["fine_tune"] = "sideways";
  std::ofstream(file) << broken.dump();
  auto const refused = run({"estimate", "--plan", file});
  CHECK(refused.code == 2);
  CHECK_THAT(refused.log, ContainsSubstring("/job/fine_tune"));
}

TEST_CASE("Training wholly in bf16 takes half the memory, says what it loses, and is refused in fp32", "[cli]") {
  auto const with = [](std::string const& optimizer, std::string const& precision) {
    return run({"estimate", "--model", "llama-2-7b", "--machine", "lumi-g", "--plan", "dp=8,micro_batch=1",
                "--optimizer", optimizer, "--precision", precision, "--format", "json"});
  };
  auto const state_bytes = [&](std::string const& optimizer) {
    auto const memory = nlohmann::json::parse(with(optimizer, "bf16").out).at("memory_bytes");
    return memory.at("weights").get<double>() + memory.at("gradients").get<double>() +
           memory.at("optimizer").get<double>();
  };
  CHECK(state_bytes("adamw_bf16") == 8 * state_bytes("adamw") / 18);
  auto const refused = with("adamw_bf16", "fp32");
  CHECK(refused.code == 2);
  CHECK_THAT(refused.log, ContainsSubstring("contradict"));
  auto const advice = run({"advise", "--model", "llama-2-7b", "--machine", "lumi-g", "--devices", "8", "--optimizer",
                           "adamw_bf16", "--format", "json"});
  CHECK_THAT(advice.out, ContainsSubstring("weights in bf16 alone"));
}
