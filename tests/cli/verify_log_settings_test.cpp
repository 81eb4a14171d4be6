// SPDX-License-Identifier: Apache-2.0
// What a log says of its run, taken by `hpcadvise verify` or held against what it was told.
#include "tests/cli/run_in_process.hpp"
#include "tests/cli/verify_words.hpp"

#include "profiles/atomic_file.hpp"
#include "profiles/profile_file.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

using namespace hpcadvise;
using Catch::Matchers::ContainsSubstring;
using tests::run;
using tests::unwrapped;
using tests::Words;

namespace {

double predicted_step_s(std::string const& answer) {
  return nlohmann::json::parse(answer).at("predicted").at("step_time_s").at("median").get<double>();
}

// A run of a 7B model on Leonardo, whose log has these rows.
class LoggedRun {
 public:
  explicit LoggedRun(std::string plan) : plan_(std::move(plan)) {}
  tests::Run verify(std::vector<std::pair<std::string, std::string>> const& arguments, Words const& more = {}) const {
    profiles::write_file_atomically(folder.file("run.log"), tests::megatron_log(arguments, 2.0, 64));
    return run(with_job({"verify", "--log", folder.file("run.log")}, more));
  }
  tests::Run estimate(Words const& more) const { return run(with_job({"estimate"}, more)); }

  tests::TemporaryFolder const folder{};

 private:
  Words with_job(Words words, Words const& more) const {
    words.insert(words.end(), {"--model", "llama-2-7b", "--machine", "leonardo-booster", "--sequence-length", "4096",
                               "--plan", plan_});
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  std::string plan_;
};

}  // namespace

TEST_CASE("A run that interleaves by groups of its own is compared, and told from what is modelled", "[cli][verify]") {
  // A rank has 10 micro-batches: no multiple of pp, and groups of 6 and 4.
  auto const compared = [](std::string const& round) {
    tests::TemporaryFolder const folder;
    auto const log = tests::megatron_log({{"microbatch_group_size_per_vp_stage", round}}, 20.0, 80);
    profiles::write_file_atomically(folder.file("run.log"), log);
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
  LoggedRun const logged("tp=4,dp=16,micro_batch=1,global_batch=64,sharding=zero1,sequence_parallel=true");
  auto const verify = [&](std::string const& overlap, Words const& more) {
    return logged.verify({{"tensor_model_parallel_size", "4"}, {"tp_comm_overlap", overlap}}, more);
  };
  auto const calibrate = [&](std::string const& overlap, char const* file) {
    return verify(overlap, {"--format", "json", "--calibrate", "--output", logged.folder.file(file)});
  };
  auto const without = calibrate("False", "without.json");
  auto const with = calibrate("True", "with.json");
  REQUIRE(without.code == 0);
  CHECK(predicted_step_s(without.out) > predicted_step_s(with.out));
  CHECK(nlohmann::json::parse(without.out).at("job").at("tp_overlap") == false);
  // What a calibration rests on is the same prediction.
  auto const anchor =
      nlohmann::json::parse(profiles::read_text_file(logged.folder.file("without.json"))).at("anchors").at(0);
  CHECK(anchor.at("predicted_step_time_s").at("median") == predicted_step_s(without.out));

  auto const text = unwrapped(verify("False", {}).out);
  CHECK_THAT(text, ContainsSubstring("Assumed: framework megatron-core (from the log), tensor-parallel collectives not "
                                     "overlapped (from the log)"));
  CHECK_THAT(text, !ContainsSubstring("--tp-comm-overlap"));

  auto const estimate =
      logged.estimate({"--framework", "megatron-core", "--tp-overlap", "off", "--format", "json"}).out;
  CHECK(nlohmann::json::parse(estimate).at("step_time_s").at("median") == predicted_step_s(without.out));

  auto const contradicted = verify("False", {"--tp-overlap", "on"});
  CHECK(contradicted.code == 2);
  CHECK_THAT(unwrapped(contradicted.log), ContainsSubstring("tp_overlap is false in the log, true here"));
}

TEST_CASE("A run is compared with a prediction for the attention that its log names", "[cli][verify]") {
  LoggedRun const logged("dp=64,micro_batch=1,global_batch=64,sharding=zero1");
  auto const unfused = logged.verify({{"attention_backend", "AttnBackend.unfused"}}, {"--format", "json"});
  REQUIRE(unfused.code == 0);
  CHECK(nlohmann::json::parse(unfused.out).at("job").at("attention") == "unfused");
  auto const unnamed = logged.verify({{"attention_backend", "AttnBackend.auto"}}, {"--format", "json"});
  REQUIRE(unnamed.code == 0);
  CHECK_FALSE(nlohmann::json::parse(unnamed.out).at("job").contains("attention"));
  CHECK(predicted_step_s(unfused.out) > 1.2 * predicted_step_s(unnamed.out));

  auto const estimate =
      logged.estimate({"--framework", "megatron-core", "--attention", "unfused", "--format", "json"}).out;
  CHECK(nlohmann::json::parse(estimate).at("step_time_s").at("median") == predicted_step_s(unfused.out));

  CHECK_THAT(unwrapped(logged.verify({{"attention_backend", "AttnBackend.unfused"}}).out),
             ContainsSubstring("Assumed: framework megatron-core (from the log), attention unfused (from the log)"));
  auto const contradicted = logged.verify({{"attention_backend", "AttnBackend.unfused"}}, {"--attention", "flash-2"});
  CHECK(contradicted.code == 2);
  CHECK_THAT(unwrapped(contradicted.log), ContainsSubstring("attention is unfused in the log, flash-2 here"));
}
