// SPDX-License-Identifier: Apache-2.0
// Released configurations of every family, from the file to the answer.
#include "cli/run.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <sstream>

using namespace hpcadvise;

namespace {

struct Answer {
  int code;
  nlohmann::json json;
  std::string log;
};

Answer estimate_of(std::string const& model) {
  std::ostringstream out;
  std::ostringstream log;
  cli::Output output{out, log, cli::Terminal{}, cli::Terminal{}};
  int const code = cli::run(
      {"estimate", "--model", HPCADVISE_TEST_DATA "/fixtures/models/" + model + ".json", "--machine", "lumi-g",
       "--sequence-length", "1024", "--format", "json", "--plan", "dp=64,micro_batch=1,sharding=zero3,recompute=full"},
      output);
  return {code, out.str().empty() ? nlohmann::json{} : nlohmann::json::parse(out.str()), log.str()};
}

}  // namespace

TEST_CASE("A released configuration of every family is read, timed and sized", "[cli][model]") {
  struct Case {
    char const* model;
    double parameters;  // as its publisher names it
  };
  constexpr Case cases[] = {{"llama-3.2-1b", 1.24e9},      {"mistral-small-24b", 23.6e9},
                            {"mixtral-8x7b", 46.7e9},      {"qwen2.5-72b", 72.7e9},
                            {"qwen1.5-moe-a2.7b", 14.3e9}, {"qwen3-8b", 8.2e9},
                            {"qwen3-30b-a3b", 30.5e9},     {"gemma-7b", 8.54e9},
                            {"gemma-2-2b", 2.61e9},        {"gemma-3-27b", 27.0e9},
                            {"deepseek-v2-lite", 15.7e9},  {"deepseek-v3", 671e9},
                            {"falcon-7b", 6.92e9},         {"falcon-40b", 41.3e9},
                            {"falcon-180b", 179e9},        {"gpt-neox-20b", 20.6e9},
                            {"gpt2-xl", 1.56e9},           {"bloom", 176e9},
                            {"mpt-30b", 30.0e9},           {"phi-2", 2.78e9},
                            {"phi-3-mini", 3.82e9},        {"olmo-7b", 6.89e9},
                            {"olmo-2-32b", 32.2e9},        {"olmoe-1b-7b", 6.92e9},
                            {"granite-3.3-8b", 8.17e9},    {"internlm-20b", 20.1e9},
                            {"gpt-oss-120b", 117e9},       {"granite-3.0-1b-a400m", 1.33e9}};
  for (auto const& [model, parameters] : cases) {
    auto const answer = estimate_of(model);
    CAPTURE(model, answer.log);
    // 4 is the answer that it does not fit.
    CHECK((answer.code == 0 || answer.code == 4));
    REQUIRE(answer.json.is_object());
    double const counted = answer.json["model"]["parameters"];
    CHECK(std::abs(counted / parameters - 1) < 0.005);
    CHECK(answer.json["step_time_s"]["median"] > 0);
    CHECK(answer.json["memory_bytes"]["total"] > 0);
    CHECK(answer.json["mfu"]["of_dense_peak"] < 1);
  }
}
