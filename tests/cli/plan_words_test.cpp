// SPDX-License-Identifier: Apache-2.0
#include "cli/plan_words.hpp"

#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>

using namespace hpcadvise;

TEST_CASE("What a table writes otherwise than --plan takes it is explained under it, as far as it occurs", "[cli]") {
  advisor::ParallelPlan plan;
  plan.data_parallel = 8;
  CHECK(cli::short_plan(plan) == "dp=8 mb=1");
  CHECK(cli::short_forms_text(std::array{plan}) == "short: mb for micro_batch");

  plan.tensor_parallel = 4;
  plan.sequence_parallel = true;
  plan.context_parallel = 2;
  plan.context_exchange = advisor::ContextExchange::all_to_all;
  plan.sharding = advisor::Sharding::zero3;
  plan.shard_group = 4;
  plan.recompute = advisor::Recompute::full;
  plan.recompute_interval = 2;
  CHECK(cli::short_plan(plan) == "tp=4+sp cp=2+a2a dp=8 zero3/4 mb=1 recompute=full/2");
  CHECK(cli::short_forms_text(std::array{plan}) ==
        "short: mb for micro_batch; +sp for sequence_parallel=true; +a2a for context_exchange=all_to_all; zero3/N for "
        "shard_group=N; full/N for recompute_interval=N");
}

TEST_CASE("A plan for --plan goes on in the next line behind a backslash, and reads back the same", "[cli]") {
  advisor::ParallelPlan plan;
  plan.data_parallel = 8;
  plan.global_batch = 1024;
  cli::Terminal narrow;
  narrow.width = 40;
  auto text = cli::plan_option_text(plan, narrow);
  CHECK(text.starts_with("tp=1,pp=1,dp=8,micro_batch=1,\\\n"));
  for (auto at = text.find("\\\n"); at != std::string::npos; at = text.find("\\\n")) text.erase(at, 2);
  CHECK(advisor::parallel_plan_from_text(text) == plan);
}

TEST_CASE("A short form of the tables that is given to --plan is met with the long one", "[cli]") {
  try {
    advisor::parallel_plan_from_text("mb=2");
    FAIL("mb was taken");
  } catch (profiles::UsageError const& error) {
    CHECK(error.next_step() == "did you mean 'micro_batch'?");
  }
}
