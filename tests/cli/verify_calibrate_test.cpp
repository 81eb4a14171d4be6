// SPDX-License-Identifier: Apache-2.0
// `hpcadvise verify --calibrate` in one process: which file is written, and what uses it.
#include "tests/cli/run_in_process.hpp"
#include "tests/cli/verify_words.hpp"

#include "profiles/atomic_file.hpp"
#include "profiles/profile_file.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>

using namespace hpcadvise;
using Catch::Matchers::ContainsSubstring;
using tests::megatron_steps;
using tests::run;
using tests::unwrapped;
using tests::verified_plan;
using tests::verify;
using tests::Words;

namespace {

namespace fs = std::filesystem;

profiles::Sample sample(std::string probe, profiles::Parameters parameters, std::string const& rate, double value) {
  profiles::Sample result;
  result.probe = std::move(probe);
  result.provider = "test";
  result.parameters = std::move(parameters);
  result.timing.emplace();
  result.timing->median_s = result.timing->low_s = result.timing->high_s = 1e-3;
  result.rates[rate] = {value, value, value};
  return result;
}

// A host of 8 TB, so that any model fits.
profiles::MachineProfile large_host() {
  profiles::MachineProfile result;
  result.name = "here";
  result.host.memory_bytes = std::int64_t{8} << 40;
  result.samples = {
      sample("gemm",
             {{"m", std::int64_t{4096}},
              {"n", std::int64_t{4096}},
              {"k", std::int64_t{4096}},
              {"precision", "fp32"},
              {"a_transposed", false},
              {"b_transposed", false}},
             "flops_per_s", 1e13),
      sample("memory", {{"kernel", "triad"}, {"working_set_bytes", std::int64_t{1} << 30}, {"level", "DRAM"}},
             "bytes_per_s", 1e12)};
  return result;
}

}  // namespace

TEST_CASE("verify --calibrate writes where its numbers come from, and estimates that use it move towards them",
          "[cli][verify]") {
  tests::TemporaryFolder const folder;
  auto const file = folder.file("lumi-g.calibration.json");
  auto const first = run(verify({"--calibrate", "--output", file}));
  REQUIRE(first.code == 0);
  CHECK_THAT(first.out, ContainsSubstring("now holds 1 run:"));
  auto const again = run(verify({"--calibrate", "--output", file, "--calibration", file}));
  CHECK_THAT(again.out, ContainsSubstring("now holds 1 run:"));  // the same bytes
  auto const calibration = nlohmann::json::parse(profiles::read_text_file(file));
  auto const& anchor = calibration.at("anchors").at(0);
  CHECK(anchor.at("log_file") == "megatron-lm.log");
  CHECK(anchor.at("log_sha256").get<std::string>().size() == 64);
  CHECK(anchor.at("framework") == "megatron-core");

  Words const estimate{"estimate",
                       "--model",
                       "llama-2-7b",
                       "--machine",
                       "lumi-g",
                       "--framework",
                       "megatron-core",
                       "--sequence-length",
                       "4096",
                       "--format",
                       "json",
                       "--plan",
                       "dp=64,micro_batch=2,global_batch=1024,sharding=zero3"};  // another plan
  auto calibrated = estimate;
  calibrated.insert(calibrated.end(), {"--calibration", file});
  auto const step = [](Words const& words) { return nlohmann::json::parse(run(words).out).at("step_time_s"); };
  double const before = anchor.at("predicted_step_time_s").at("median");
  double const measured = anchor.at("measured_step_time_s").at("median");
  double const moved = step(calibrated).at("median").get<double>() / step(estimate).at("median").get<double>();
  CHECK((moved - 1) * (measured / before - 1) > 0);
  CHECK(std::abs(moved - 1) < std::abs(measured / before - 1));
  auto const width = [&](Words const& words) {
    return step(words).at("high").get<double>() / step(words).at("low").get<double>();
  };
  CHECK(width(calibrated) < width(estimate));
  // The prediction that a calibration rests on is the one without it.
  CHECK(again.out.find("scaled by measured steps") != std::string::npos);
  CHECK(before ==
        nlohmann::json::parse(run(verify({"--format", "json"})).out).at("predicted").at("step_time_s").at("median"));
}

TEST_CASE("verify --calibrate --output - prints the calibration, and leaves no file of that name", "[cli][verify]") {
  tests::TemporaryFolder const folder;
  auto const before = fs::current_path();
  fs::current_path(folder.path());
  auto const printed = run(verify({"--calibrate", "--output", "-"}));
  bool const left_a_file = fs::exists("-");
  fs::current_path(before);
  CHECK(printed.code == 0);
  CHECK_FALSE(left_a_file);
  auto const json = nlohmann::json::parse(printed.out);
  CHECK(json.at("machine") == "lumi-g");
  CHECK(json.at("anchors").size() == 1);
}

TEST_CASE("A profile keeps its own calibration, and every estimate on it uses it", "[cli][verify]") {
  tests::TemporaryFolder const folder;
  auto const file = folder.file("here.json");
  profiles::write_profile(large_host(), file);
  Words const job{"--model",           "llama-2-7b", "--machine", file,
                  "--sequence-length", "1024",       "--plan",    "dp=1,micro_batch=1,global_batch=1"};
  auto const step_s = [&] {
    Words words{"estimate", "--format", "json"};
    words.insert(words.end(), job.begin(), job.end());
    return nlohmann::json::parse(run(words).out).at("step_time_s").at("median").get<double>();
  };
  double const before_s = step_s();
  std::string lines;
  for (int i = 1; i <= 12; ++i)
    lines += " iteration " + std::to_string(i) +
             "/ 12 | elapsed time per iteration (ms): " + std::to_string(1500 * before_s) + " |\n";
  profiles::write_file_atomically(folder.file("run.log"), lines);
  Words words{"verify", "--log", folder.file("run.log"), "--calibrate", "--framework", "megatron-core"};
  words.insert(words.end(), job.begin(), job.end());
  auto const result = run(words);
  CAPTURE(result.log);
  REQUIRE(result.code == 0);
  auto const profile = profiles::read_profile(file);
  REQUIRE(profile.calibration);
  CHECK(profile.calibration->anchors.size() == 1);
  CHECK(profile.samples.size() == 2);
  CHECK(step_s() > 1.1 * before_s);
}

TEST_CASE("advise with a calibration orders plans by their corrected times, which are those of estimate",
          "[cli][verify]") {
  tests::TemporaryFolder const folder;
  auto const file = folder.file("c.json");
  REQUIRE(run(verify({"--calibrate", "--output", file})).code == 0);
  Words const job{"--model", "llama-2-7b",  "--machine",     "lumi-g",   "--calibration",
                  file,      "--framework", "megatron-core", "--format", "json"};
  Words advise{"advise", "--devices", "64"};
  advise.insert(advise.end(), job.begin(), job.end());
  double last_s = 0;
  for (auto const& plan : nlohmann::json::parse(run(advise).out).at("plans")) {
    profiles::write_file_atomically(folder.file("plan.json"), plan.dump());
    Words estimate{"estimate", "--plan", folder.file("plan.json")};
    estimate.insert(estimate.end(), job.begin(), job.end());
    auto const step_s = nlohmann::json::parse(run(estimate).out).at("step_time_s").at("median").get<double>();
    CHECK(plan.at("step_time_s").at("median").get<double>() == step_s);
    CHECK(step_s >= last_s);
    last_s = step_s;
  }
}

TEST_CASE("A calibration of runs of another framework is said to be that", "[cli][verify]") {
  tests::TemporaryFolder const folder;
  auto const file = folder.file("c.json");
  REQUIRE(run(verify({"--calibrate", "--output", file})).code == 0);
  auto const answer = [&](Words const& more) {
    Words words{"estimate", "--model", "llama-2-7b",  "--machine",     "lumi-g", "--sequence-length",
                "4096",     "--plan",  verified_plan, "--calibration", file};
    words.insert(words.end(), more.begin(), more.end());
    return unwrapped(run(words).out);
  };
  CHECK_THAT(answer({}),
             ContainsSubstring("the calibration's runs are of megatron-core, and no --framework was given"));
  CHECK_THAT(answer({"--framework", "megatron-deepspeed"}),
             ContainsSubstring("the calibration's runs are of megatron-core, none of megatron-deepspeed"));
  CHECK_THAT(answer({"--framework", "megatron-core"}), !ContainsSubstring("the calibration's runs are of"));
}

TEST_CASE("An answer that rests on measured steps does not say that nothing was measured", "[cli][verify]") {
  tests::TemporaryFolder const folder;
  auto const file = folder.file("c.json");
  REQUIRE(run(verify({"--calibrate", "--output", file})).code == 0);
  Words const plain{"advise", "--model", "llama-2-7b", "--machine", "lumi-g", "--devices", "64"};
  auto calibrated = plain;
  calibrated.insert(calibrated.end(), {"--calibration", file});
  CHECK_THAT(unwrapped(run(plain).out), ContainsSubstring("nothing was measured"));
  CHECK_THAT(unwrapped(run(calibrated).out),
             !ContainsSubstring("nothing was measured") && ContainsSubstring("scaled by measured steps"));
}

TEST_CASE("A run that cannot be is not calibrated on, and no file is written", "[cli][verify]") {
  tests::TemporaryFolder const folder;
  profiles::write_file_atomically(folder.file("fast.log"), megatron_steps(12, 3.1e-3, 1024));
  auto const file = folder.file("c.json");
  auto const result = run({"verify", "--log", folder.file("fast.log"), "--model", "llama-2-7b", "--machine", "lumi-g",
                           "--plan", verified_plan, "--calibrate", "--output", file});
  CHECK(result.code == 2);
  CHECK_THAT(unwrapped(result.log), ContainsSubstring("more than the 192 TFLOP/s that mi250x-gcd can do in bf16"));
  CHECK_FALSE(fs::exists(file));
}

TEST_CASE("A run that takes many times its prediction is shown, and not calibrated on", "[cli][verify]") {
  tests::TemporaryFolder const folder;
  profiles::write_file_atomically(folder.file("slow.log"), megatron_steps(12, 5e3, 1024));
  auto const file = folder.file("c.json");
  Words words{"verify", "--log",      folder.file("slow.log"), "--model", "llama-2-7b", "--machine", "lumi-g",
              "--plan", verified_plan};
  auto const shown = run(words);
  CHECK(shown.code == 0);
  CHECK_THAT(unwrapped(shown.out), ContainsSubstring("times the prediction, as 3 of 1109 published runs are"));
  words.insert(words.end(), {"--calibrate", "--output", file});
  auto const refused = run(words);
  CHECK(refused.code == 2);
  CHECK_THAT(unwrapped(refused.log),
             ContainsSubstring("of 1109 published runs 3 are as slow: nothing is learnt of them"));
  CHECK_FALSE(fs::exists(file));
}

TEST_CASE("A calibration of another machine is refused by name", "[cli][verify]") {
  tests::TemporaryFolder const folder;
  auto const file = folder.file("c.json");
  REQUIRE(run(verify({"--calibrate", "--output", file})).code == 0);
  auto const advise = run(
      {"advise", "--model", "llama-2-7b", "--machine", "leonardo-booster", "--devices", "64", "--calibration", file});
  CHECK(advise.code == 2);
  CHECK_THAT(unwrapped(advise.log),
             ContainsSubstring("the calibration is of lumi-g, the machine here is leonardo-booster"));
}
