// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_json.hpp"

#include "profiles/error.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using hpcadvise::profiles::FileError;

namespace {

ParallelPlan read(std::string_view text) { return parallel_plan_from_json(text, "plan.json").plan; }

// Where it is, what is wrong, and what to do.
std::string complaint(std::string_view text) {
  try {
    read(text);
  } catch (FileError const& error) {
    return error.where() + " | " + error.what() + " | " + error.next_step();
  }
  return {};
}

bool contains(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("A plan survives its JSON with every part, alone, in an estimate and in an answer") {
  auto const plan = plan_of_every_part();
  nlohmann::ordered_json const alone = plan_to_json(plan);
  nlohmann::ordered_json const estimate{{"plan", alone}, {"fits", true}};
  nlohmann::ordered_json const answer{{"devices", 64}, {"plans", {estimate}}};
  CHECK(read(alone.dump()) == plan);
  CHECK(plan_to_json(plan_of(1, 1, 8))["shard_group"] == 8);  // all data-parallel ranks
  CHECK(read(estimate.dump()) == plan);
  CHECK(read(answer.dump()) == plan);
}

TEST_CASE("In a plan file a global batch that is left out is the smallest that runs, as in the short form") {
  auto const plan = read(R"({"data_parallel": 4, "micro_batch": 2})");
  CHECK(plan.global_batch == 8);
  CHECK(plan == parallel_plan_from_text("dp=4,micro_batch=2"));
}

TEST_CASE("An unknown key of a plan file is refused with the nearest") {
  auto const text = complaint(R"({"plan": {"micro_bach": 2}})");
  CHECK(text.starts_with("/plan/micro_bach |"));
  CHECK(contains(text, "unknown key 'micro_bach'"));
  CHECK(contains(text, "did you mean 'micro_batch'?"));
}

TEST_CASE("What a plan file asks for and the model lacks is refused where it stands") {
  CHECK(complaint(R"({"offload": "cpu"})").starts_with("/offload |"));
  CHECK(complaint(R"({"schedule": "zero-bubble"})").starts_with("/schedule |"));
  CHECK(complaint(R"({"sharding": "zero9"})").starts_with("/sharding |"));
  CHECK(complaint(R"({"plans": [{"plan": {"recompute": 3}}]})").starts_with("/plans/0/plan/recompute |"));
  CHECK(read(R"({"offload": "none", "schedule": "1f1b"})") == ParallelPlan{});
}

TEST_CASE("Numbers of a plan file are whole, from 1 to 2,000,000") {
  for (auto const* number : {"0", "-1", "2.5", "\"2\"", "2000001", "9223372036854775807", "18446744073709551615"}) {
    INFO(number);
    CHECK(complaint(std::string(R"({"micro_batch": )") + number + "}").starts_with("/micro_batch |"));
  }
  CHECK(read(R"({"micro_batch": 2000000})").global_batch == 2'000'000);
}

TEST_CASE("A plan file that contradicts itself is refused, gradient accumulation included") {
  CHECK(contains(complaint(R"({"data_parallel": 8, "micro_batch": 2, "global_batch": 8})"), "global_batch=16 or more"));
  CHECK(contains(complaint(R"({"sequence_parallel": true})"), "without tensor parallelism"));
  CHECK(contains(complaint(R"({"tensor_parallel": 2000, "data_parallel": 2000})"), "more than 2000000 devices"));
  auto const text = complaint(R"({"data_parallel": 2, "global_batch": 8, "gradient_accumulation": 3})");
  CHECK(text.starts_with("/gradient_accumulation |"));
  CHECK(contains(text, "the batch sizes make it 4"));
  CHECK(read(R"({"data_parallel": 2, "global_batch": 8, "gradient_accumulation": 4})") == plan_of(1, 1, 2, 1, 8));

  auto const ragged =
      complaint(R"({"data_parallel": 2, "micro_batch": 3, "global_batch": 16, "gradient_accumulation": 8})");
  CHECK(contains(ragged, "16 is not a multiple of micro_batch x data_parallel = 6 | the next that is: 18"));
}

TEST_CASE("What is not a plan is refused") {
  for (auto const* text : {"", "{", "[]", "3", R"({"plan": 1})", R"({"plans": []})", R"({"plans": [3]})",
                           R"({"sweep": []})", R"({"model_type": "llama"})"}) {
    INFO(text);
    CHECK_FALSE(complaint(text).empty());
  }
}
