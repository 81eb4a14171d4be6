// SPDX-License-Identifier: Apache-2.0
// `hpcadvise verify` in one process: what is typed, what is printed, which file is written, which exit code.
#include "tests/cli/run_in_process.hpp"

#include "profiles/atomic_file.hpp"
#include "profiles/profile_file.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <sstream>

using namespace hpcadvise;
using Catch::Matchers::ContainsSubstring;
using tests::run;
using tests::unwrapped;

namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

std::string log_file(std::string const& name) { return HPCADVISE_TEST_DATA "/data/logs/" + name; }

std::string const plan = "tp=2,dp=32,micro_batch=1,global_batch=1024,sharding=zero1,sequence_parallel=true";

// The invented run of a 7B model on 64 GCDs.
Words verify(Words const& more = {}) {
  Words words{"verify", "--log", log_file("megatron-lm.log"), "--model", "llama-2-7b", "--machine", "lumi-g"};
  if (std::find(more.begin(), more.end(), "--plan") == more.end()) words.insert(words.end(), {"--plan", plan});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

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
                           "--framework", "megatron-core", "--plan", plan, "--format", "json"});
  profiles::write_file_atomically(folder.file("plan.json"), answer.out);
  auto const result =
      run({"verify", "--log", log_file("megatron-lm.log"), "--plan", folder.file("plan.json"), "--format", "json"});
  REQUIRE(result.code == 0);
  auto const json = nlohmann::json::parse(result.out);
  CHECK(json.at("predicted").at("step_time_s") == nlohmann::json::parse(answer.out).at("step_time_s"));
}

TEST_CASE("A run that interleaves by groups of its own is compared, and told from what is modelled", "[cli][verify]") {
  tests::TemporaryFolder const folder;
  // A rank has 10 micro-batches: no multiple of pp, and groups of 6 and 4.
  auto const compared = [&](std::string const& round) {
    std::string text =
        "------------------------ arguments ------------------------\n"
        "  microbatch_group_size_per_vp_stage .............. " +
        round + "\n-------------------- end of arguments ---------------------\n";
    for (int i = 1; i <= 12; ++i)
      text +=
          fmt::format(" iteration {}/ 500 | elapsed time per iteration (ms): 20000.0 | global batch size: 80 |\n", i);
    profiles::write_file_atomically(folder.file("run.log"), text);
    return run({"verify", "--log", folder.file("run.log"), "--model", "llama-2-7b", "--machine", "lumi-g",
                "--sequence-length", "4096", "--plan", "pp=4,vpp=2,dp=8,micro_batch=1,global_batch=80,sharding=zero1"});
  };
  auto const grouped = compared("6");
  CHECK(grouped.code == 0);
  CHECK_THAT(unwrapped(grouped.out),
             ContainsSubstring("a virtual stage takes 6 micro-batches in turn") && ContainsSubstring("not modelled"));
  auto const refused = compared("4");
  CHECK(refused.code == 2);
  CHECK_THAT(unwrapped(refused.log), ContainsSubstring("takes micro-batches in rounds of pp=4, here they are 10"));
}

TEST_CASE("A run that did not overlap its tensor-parallel collectives is compared with such a prediction",
          "[cli][verify]") {
  tests::TemporaryFolder const folder;
  Words const job{"--model",
                  "llama-2-7b",
                  "--machine",
                  "leonardo-booster",
                  "--sequence-length",
                  "4096",
                  "--plan",
                  "tp=4,dp=16,micro_batch=1,global_batch=64,sharding=zero1,sequence_parallel=true"};
  auto const compared = [&](std::string const& overlap, Words const& more) {
    std::string text =
        "------------------------ arguments ------------------------\n"
        "  tensor_model_parallel_size ...................... 4\n"
        "  tp_comm_overlap ................................. " +
        overlap + "\n-------------------- end of arguments ---------------------\n";
    for (int i = 1; i <= 12; ++i)
      text +=
          fmt::format(" iteration {}/ 500 | elapsed time per iteration (ms): 2000.0 | global batch size: 64 |\n", i);
    profiles::write_file_atomically(folder.file("run.log"), text);
    Words words{"verify", "--log", folder.file("run.log")};
    words.insert(words.end(), job.begin(), job.end());
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  };
  auto const step_s = [](std::string const& answer) {
    return nlohmann::json::parse(answer).at("predicted").at("step_time_s").at("median").get<double>();
  };
  Words const calibrate{"--format", "json", "--calibrate", "--output"};
  auto with_file = [&](char const* name) {
    auto words = calibrate;
    words.push_back(folder.file(name));
    return words;
  };
  auto const without = compared("False", with_file("without.json"));
  auto const with = compared("True", with_file("with.json"));
  REQUIRE(without.code == 0);
  CHECK(step_s(without.out) > step_s(with.out));
  CHECK(nlohmann::json::parse(without.out).at("job").at("tp_overlap") == false);
  // What a calibration rests on is the same prediction.
  auto const anchor = nlohmann::json::parse(profiles::read_text_file(folder.file("without.json"))).at("anchors").at(0);
  CHECK(anchor.at("predicted_step_time_s").at("median") == step_s(without.out));

  auto const text = unwrapped(compared("False", {}).out);
  CHECK_THAT(text, ContainsSubstring("Assumed: framework megatron-core (from the log), tensor-parallel collectives not "
                                     "overlapped (from the log)"));
  CHECK_THAT(text, !ContainsSubstring("--tp-comm-overlap"));

  Words estimate{"estimate", "--framework", "megatron-core", "--tp-overlap", "off", "--format", "json"};
  estimate.insert(estimate.end(), job.begin(), job.end());
  CHECK(nlohmann::json::parse(run(estimate).out).at("step_time_s").at("median") == step_s(without.out));

  auto const contradicted = compared("False", {"--tp-overlap", "on"});
  CHECK(contradicted.code == 2);
  CHECK_THAT(unwrapped(contradicted.log), ContainsSubstring("tp_overlap is false in the log, true here"));
}

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

TEST_CASE("One reading has no range", "[cli][verify]") {
  tests::TemporaryFolder const folder;
  auto const compared = [&](int readings) {
    std::string text;
    for (int i = 1; i <= 5 + readings; ++i)  // five of the start-up
      text +=
          fmt::format(" iteration {}/ 500 | elapsed time per iteration (ms): 32800.0 | global batch size: 1024 |\n", i);
    profiles::write_file_atomically(folder.file("run.log"), text);
    return unwrapped(run({"verify", "--log", folder.file("run.log"), "--model", "llama-2-7b", "--machine", "lumi-g",
                          "--sequence-length", "4096", "--plan", plan})
                         .out);
  };
  CHECK_THAT(compared(1), ContainsSubstring("1 reading: 32.8 s -"));
  CHECK_THAT(compared(2), ContainsSubstring("2 readings: median 32.8 s, 32.8..32.8"));
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
    Words words{"estimate", "--model", "llama-2-7b", "--machine",     "lumi-g", "--sequence-length",
                "4096",     "--plan",  plan,         "--calibration", file};
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
  std::string fast;
  for (int i = 1; i <= 12; ++i)
    fast += fmt::format(" iteration {}/ 12 | elapsed time per iteration (ms): 3.1 | global batch size: 1024 |\n", i);
  profiles::write_file_atomically(folder.file("fast.log"), fast);
  auto const file = folder.file("c.json");
  auto const result = run({"verify", "--log", folder.file("fast.log"), "--model", "llama-2-7b", "--machine", "lumi-g",
                           "--plan", plan, "--calibrate", "--output", file});
  CHECK(result.code == 2);
  CHECK_THAT(unwrapped(result.log), ContainsSubstring("more than the 192 TFLOP/s that mi250x-gcd can do in bf16"));
  CHECK_FALSE(fs::exists(file));
}

TEST_CASE("A run that takes many times its prediction is shown, and not calibrated on", "[cli][verify]") {
  tests::TemporaryFolder const folder;
  std::string slow;
  for (int i = 1; i <= 12; ++i)
    slow += fmt::format(" iteration {}/ 12 | elapsed time per iteration (ms): 5e6 | global batch size: 1024 |\n", i);
  profiles::write_file_atomically(folder.file("slow.log"), slow);
  auto const file = folder.file("c.json");
  Words words{"verify", "--log", folder.file("slow.log"), "--model", "llama-2-7b", "--machine", "lumi-g",
              "--plan", plan};
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

TEST_CASE("What verify cannot use is one clear error and exit code 2", "[cli][verify]") {
  tests::TemporaryFolder const folder;
  auto const written = [&](std::string const& name, std::string const& text) {
    profiles::write_file_atomically(folder.file(name), text);
    return folder.file(name);
  };
  std::string const megatron = log_file("megatron-lm.log");
  Words const job{"--model", "llama-2-7b", "--machine", "lumi-g", "--plan", plan};
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
           {{"verify", "--plan", plan}, "verify needs --log"},
           {{"verify", "--log", megatron}, "verify needs --plan"},
           {{"verify", "--log", megatron, "--plan", plan, "--machine", "lumi-g"}, "--model is needed"},
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
  CHECK_FALSE(fs::exists(folder / "c.json"));
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
