// SPDX-License-Identifier: Apache-2.0
// `hpcadvise verify` in one process: what is typed, what is printed, which exit code.
#include "tests/cli/run_in_process.hpp"
#include "tests/cli/verify_words.hpp"

#include "profiles/atomic_file.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <sstream>

using namespace hpcadvise;
using Catch::Matchers::ContainsSubstring;
using tests::log_file;
using tests::megatron_steps;
using tests::run;
using tests::unwrapped;
using tests::verified_plan;
using tests::verify;
using tests::Words;

TEST_CASE("The comparison of a Megatron log on LUMI-G stays as it was accepted", "[cli][verify][golden]") {
  auto const result = run(verify());
  CHECK(result.code == 0);
  CHECK(result.log.empty());
  CHECK(tests::golden_difference("verify-megatron-lm-lumi-g.txt", result.out) == "");
}

TEST_CASE("verify fits on a terminal of 80 columns and answers as JSON and Markdown too", "[cli][verify]") {
  std::istringstream lines(run(verify()).out);
  for (std::string line; std::getline(lines, line);) CHECK(cli::display_width(line) <= 80);

  auto const json = nlohmann::json::parse(run(verify({"--format", "json"})).out);
  for (char const* const key : {"model", "machine", "devices", "job", "assumed", "log", "measured", "predicted",
                                "step_error", "inside", "memory_bytes", "parts", "verdict", "observed"})
    CHECK(json.contains(key));
  CHECK(json.at("log").at("format") == "megatron-lm");
  CHECK(json.at("log").at("sha256").get<std::string>().size() == 64);
  double const measured_s = json.at("measured").at("step_time_s").at("median");
  double const predicted_s = json.at("predicted").at("step_time_s").at("median");
  double measured_parts_s = 0, predicted_parts_s = 0;
  for (auto const& part : json.at("parts")) {
    measured_parts_s += part.at("measured_s").get<double>();
    predicted_parts_s += part.at("predicted_s").get<double>();
  }
  CHECK_THAT(measured_parts_s, Catch::Matchers::WithinRel(measured_s, 1e-9));
  CHECK_THAT(predicted_parts_s, Catch::Matchers::WithinRel(predicted_s, 1e-9));

  CHECK_THAT(run(verify({"--format", "markdown"})).out, ContainsSubstring("| step |"));
}

TEST_CASE("A plan file of advise or estimate brings model, machine and job along", "[cli][verify]") {
  tests::TemporaryFolder const folder;
  auto const answer = run({"estimate", "--model", "llama-2-7b", "--machine", "lumi-g", "--sequence-length", "4096",
                           "--framework", "megatron-core", "--plan", verified_plan, "--format", "json"});
  profiles::write_file_atomically(folder.file("plan.json"), answer.out);
  auto const result =
      run({"verify", "--log", log_file("megatron-lm.log"), "--plan", folder.file("plan.json"), "--format", "json"});
  REQUIRE(result.code == 0);
  auto const json = nlohmann::json::parse(result.out);
  CHECK(json.at("predicted").at("step_time_s") == nlohmann::json::parse(answer.out).at("step_time_s"));
}

TEST_CASE("One reading has no range", "[cli][verify]") {
  tests::TemporaryFolder const folder;
  auto const compared = [&](int readings) {
    auto const start_up = 5;
    profiles::write_file_atomically(folder.file("run.log"), megatron_steps(start_up + readings, 32.8, 1024));
    return unwrapped(run({"verify", "--log", folder.file("run.log"), "--model", "llama-2-7b", "--machine", "lumi-g",
                          "--sequence-length", "4096", "--plan", verified_plan})
                         .out);
  };
  CHECK_THAT(compared(1), ContainsSubstring("1 reading: 32.8 s -"));
  CHECK_THAT(compared(2), ContainsSubstring("2 readings: median 32.8 s, 32.8..32.8"));
}

TEST_CASE("What verify cannot use is one clear error and exit code 2", "[cli][verify]") {
  tests::TemporaryFolder const folder;
  auto const written = [&](std::string const& name, std::string const& text) {
    profiles::write_file_atomically(folder.file(name), text);
    return folder.file(name);
  };
  std::string const megatron = log_file("megatron-lm.log");
  Words const job{"--model", "llama-2-7b", "--machine", "lumi-g", "--plan", verified_plan};
  auto const with_job = [&](Words words) {
    words.insert(words.begin(), "verify");
    words.insert(words.end(), job.begin(), job.end());
    return words;
  };
  struct Case {
    Words words;
    char const* message;
  };
  for (auto const& each : std::vector<Case>{
           {{"verify", "--plan", verified_plan}, "verify needs --log"},
           {{"verify", "--log", megatron}, "verify needs --plan"},
           {{"verify", "--log", megatron, "--plan", verified_plan, "--machine", "lumi-g"}, "--model is needed"},
           {with_job({"--log", folder.file("none.log")}), "none.log"},
           {with_job({"--log", folder.path().string()}), "is a folder"},
           {with_job({"--log", written("empty.log", "")}), "is empty"},
           {with_job({"--log", written("other.log", "hello\n")}), "no line of a training step"},
           {with_job({"--log", written("binary.log", std::string(4096, '\0'))}), "no line of a training step"},
           {with_job({"--log", megatron, "--format-of-log", "nemo"}), "log format 'nemo'"},
           {with_job({"--log", megatron, "--format-of-log", "torchtitan"}),
            "no step time that can be read as torchtitan"},
           {with_job({"--log", megatron, "--calibrate"}), "--output"},
           {with_job({"--log", megatron, "--output", folder.file("c.json")}), "--calibrate"},
           {with_job(
                {"--log", megatron, "--calibrate", "--output", written("profile.json", "{\"schema_version\": 1}")}),
            "not a calibration"},
           {with_job({"--log", megatron, "--calibration", folder.file("none.json")}), "none.json"},
           {with_job({"--log", megatron, "--sequence-length", "2048"}), "the sequence length is 4096 in the log, 2048"},
           {with_job({"--log", megatron, "--precision", "fp16"}), "the precision is bf16 in the log, fp16 here"},
           {with_job({"--log", megatron, "--global-batch", "512"}), "differ"},
           {verify({"--plan", "tp=4,dp=16,micro_batch=1,global_batch=1024"}), "tp is 2 in the log, 4 here"},
           {verify({"--plan", "tp=3,dp=32"}), "tp is 2 in the log, 3 here"},
           {verify({"--plan", "tp=2,dp=32,micro_batch=1,global_batch=2048,sharding=zero1,sequence_parallel=true"}),
            "global_batch is 1024 in the log, 2048 here"},
       }) {
    auto const result = run(each.words);
    CAPTURE(each.words, result.out, result.log);
    CHECK(result.code == 2);
    CHECK_THAT(unwrapped(result.log), ContainsSubstring(each.message));
    CHECK(result.out.empty());
  }
  CHECK_FALSE(std::filesystem::exists(folder / "c.json"));
}
