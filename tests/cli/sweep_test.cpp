// SPDX-License-Identifier: Apache-2.0
#include "cli/sweep_text.hpp"

#include "tests/cli/run_in_process.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

using namespace hpcadvise;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;
using tests::run;

namespace {

// A step of two seconds on 8 devices of 1000 tokens/s each.
cli::Answer answer_of(std::int64_t devices) {
  advisor::StepEstimate estimate;
  estimate.plan.data_parallel = devices;
  estimate.plan.global_batch = 16;
  estimate.step_time_s = {2, 1, 4};
  estimate.tokens_per_s_per_device = 1000;
  estimate.memory.weights_bytes = 3.0 * (1 << 30);
  estimate.memory.capacity_bytes = 4.0 * (1 << 30);
  cli::Answer answer{.device_count = devices, .resolved = {}, .ranked = {}, .batch = {}, .cost = {}};
  answer.resolved.job.sequence_length = 1000;
  answer.resolved.job.global_batch = 16;
  answer.resolved.machine.name = "round";
  answer.ranked.plans.push_back({estimate, false, {}});
  return answer;
}

std::vector<std::string> sweep(std::vector<std::string> const& more) {
  std::vector<std::string> words{"advise", "--model", "llama-2-7b", "--machine", "lumi-g", "--devices", "8..16"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("A sweep shows the interval of a step and the memory of a device", "[cli][sweep]") {
  auto const table = cli::scaling_table(std::vector{answer_of(8)});
  CHECK(table.rows.front()[1] == "2.00 s");
  CHECK(table.rows.front()[2] == "1.00..4.00");
  CHECK(table.rows.front()[5] == "3.00 GiB");
}

TEST_CASE("A plan of a sweep that may not run is marked, and what the mark means is said", "[cli][sweep]") {
  std::vector answers{answer_of(8), answer_of(16)};
  CHECK(cli::scaling_footnotes(answers).size() == 2);
  answers[1].ranked.plans.front().estimate.memory.capacity_bytes = 3.1 * (1 << 30);
  auto const table = cli::scaling_table(answers);
  CHECK(table.rows[0][5] == "3.00 GiB");
  CHECK(table.rows[1][5] == "!3.00 GiB");
  REQUIRE(cli::scaling_footnotes(answers).size() == 3);
  CHECK_THAT(cli::scaling_footnotes(answers)[1], ContainsSubstring("it may not run"));
  CHECK(cli::scaling_to_json(answers).at(0).at("memory_verdict") == "roomy");
  CHECK(cli::scaling_to_json(answers).at(1).at("memory_verdict") == "crowded");
}

TEST_CASE("The efficiency of a sweep is over its best count, not its smallest", "[cli][sweep]") {
  std::vector answers{answer_of(8), answer_of(16), answer_of(32)};
  answers[1].ranked.plans.front().estimate.tokens_per_s_per_device = 2000;
  auto const table = cli::scaling_table(answers);
  CHECK(table.rows[0][4] == "0.50");
  CHECK(table.rows[1][4] == "1.00");
  CHECK(cli::scaling_to_json(answers).at(2).at("efficiency") == 0.5);
}

TEST_CASE("A sweep costs the run that was asked for, or a billion tokens", "[cli][sweep]") {
  std::vector answers{answer_of(8)};
  auto const costs = [&] { return cli::run_costs_table(answers); };
  // 1e9 tokens in steps of 16,000: 62,500 steps of 2 s
  CHECK(costs().rows.front()[2] == "34.7 h");
  CHECK(costs().columns.size() == 5);  // neither billing nor power is known
  CHECK(cli::run_costs_heading(answers) == "Each billion tokens");

  auto& resolved = answers.front().resolved;
  resolved.job.tokens = 1.6e6;
  resolved.machine.power_w = 500;
  resolved.machine.billing_unit = "GPU-hour";
  resolved.machine.billing_units_per_device_hour = 2;
  answers.front().cost = advisor::cost_of_run(resolved.job, *answers.front().recommended(), resolved.machine);
  CHECK(cli::run_costs_heading(answers) == "The whole run of 1.60 M tokens, billed in GPU-hours");
  // 100 steps, 200 s: 8 devices for 1/18 of an hour
  CHECK(costs().rows.front() ==
        std::vector<std::string>{"8", "8,000", "3.33 min", "1.67..6.67", "0.444", "0.889", "0.222"});
}

TEST_CASE("A heading for many device counts names no batch that only one of them has", "[cli][sweep]") {
  std::vector answers{answer_of(8), answer_of(12)};
  CHECK_THAT(cli::sweep_heading(answers, {}),
             ContainsSubstring("8 to 12 devices of round") && ContainsSubstring("global batch 16 ("));
  answers[1].resolved.job.global_batch = 12;
  answers[0].resolved.assumed = {"sequence length 1000", "global batch 16"};
  CHECK_THAT(cli::sweep_heading(answers, {}),
             !ContainsSubstring("global batch 1") &&
                 ContainsSubstring("Assumed: sequence length 1000, global batches below."));
}

TEST_CASE("The JSON of a sweep holds the figures of its tables", "[cli][sweep]") {
  auto const json = nlohmann::json::parse(run(sweep({"--tokens", "1B", "--format", "json"})).out);
  auto const& first = json.at("scaling").at(0);
  auto const& best = json.at("sweep").at(0).at("plans").at(json.at("sweep").at(0).at("recommended").get<std::size_t>());
  CHECK(first.at("step_time_low_s") == best.at("step_time_s").at("low"));
  CHECK(first.at("step_time_high_s") == best.at("step_time_s").at("high"));
  CHECK(first.at("memory_bytes") == best.at("memory_bytes").at("total"));
  CHECK(first.at("duration_s") == json.at("sweep").at(0).at("cost").at("duration_s").at("median"));
  CHECK_THAT(json.at("scaling").at(1).at("efficiency").get<double>(), WithinRel(1.0, 0.1));
}

TEST_CASE("A sweep as Markdown has both tables", "[cli][sweep]") {
  auto const result = run(sweep({"--tokens", "1B", "--format", "markdown"}));
  CHECK(result.out.starts_with("# llama-2-7b (6.74 B parameters) on 8 to 16 devices of lumi-g\n"));
  CHECK_THAT(result.out, ContainsSubstring("| Devices | Step |") && ContainsSubstring("## The whole run of 1.00 B"));
}

TEST_CASE("What was made of a range, and of a long sequence, is part of the answer in every format", "[cli][sweep]") {
  std::vector<std::string> const words{"advise",    "--model", "gpt-2-xl",          "--machine", "lumi-g",
                                       "--devices", "10..30",  "--sequence-length", "2048"};
  std::string const range = "--devices 10..30: taken as 16..24, in full nodes of lumi-g";
  std::string const length = "gpt-2-xl was published with learned positions for 1,024 tokens";
  for (std::string const format : {"text", "markdown"}) {
    auto asked = words;
    asked.insert(asked.end(), {"--format", format});
    auto const result = run(asked);
    CHECK(tests::has(tests::unwrapped(result.out), "Note: " + range));
    CHECK(tests::has(tests::unwrapped(result.out), "Note: " + length));
    CHECK(result.log.empty());
  }
  auto asked = words;
  asked.insert(asked.end(), {"--format", "json"});
  for (auto const& answer : nlohmann::json::parse(run(asked).out)["sweep"]) {
    REQUIRE(answer["notes"].size() == 2);
    CHECK(answer["notes"][0].get<std::string>().starts_with(length));
    CHECK(answer["notes"][1] == range);
  }
}
