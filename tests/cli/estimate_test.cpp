// SPDX-License-Identifier: Apache-2.0
#include "run_in_process.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace hpcadvise;
using namespace hpcadvise::tests;

TEST_CASE("An estimate says the switches that its plan needs, in every format", "[cli]") {
  auto const asked = [](std::string const& sharding, std::string const& format) {
    return run({"estimate", "--model", "llama-2-7b", "--machine", "leonardo-booster", "--sequence-length", "4096",
                "--framework", "megatron-core", "--plan", "dp=16,micro_batch=1,sharding=" + sharding, "--format",
                format})
        .out;
  };
  std::string const switches =
      "sharding=zero3 is Megatron-FSDP: --use-megatron-fsdp --data-parallel-sharding-strategy optim_grads_params";
  CHECK(has(unwrapped(asked("zero3", "text")), switches));
  CHECK(has(asked("zero3", "markdown"), switches));
  auto const why = nlohmann::json::parse(asked("zero3", "json")).at("why").get<std::vector<std::string>>();
  CHECK(std::ranges::count(why, switches) == 1);
  CHECK_FALSE(has(asked("zero1", "text"), "--use-megatron-fsdp"));
}

TEST_CASE("A table of runs is answered as CSV unless asked for JSON, and a plan never as CSV", "[cli]") {
  std::string const runs = HPCADVISE_TEST_DATA "/data/calibration_runs.csv";
  auto const asked = [&](std::string const& format) { return run({"estimate", "--runs", runs, "--format", format}); };
  auto const plain = run({"estimate", "--runs", runs});
  REQUIRE(plain.code == 0);
  CHECK(plain.out.starts_with("id,status,"));
  CHECK(asked("csv").out == plain.out);
  CHECK(nlohmann::json::parse(asked("json").out).contains("summary"));
  for (char const* const format : {"text", "markdown"}) {
    CHECK(asked(format).code == 2);
    CHECK(has(unwrapped(asked(format).log), "a table of runs (--runs) is answered as CSV or JSON"));
  }
  auto const plan = run(
      {"estimate", "--model", "llama-2-7b", "--machine", "lumi-g", "--plan", "dp=8,sharding=zero1", "--format", "csv"});
  CHECK(plan.code == 2);
  CHECK(has(unwrapped(plan.log), "--format csv: only a table of runs (--runs)"));
  CHECK(has(unwrapped(run({"estimate", "--help"}).out), "with --runs csv, which is the default there, or json"));
}
