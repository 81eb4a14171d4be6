// SPDX-License-Identifier: Apache-2.0
#include "cli/plan_option.hpp"

#include "advisor/model_library.hpp"
#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise;
using Catch::Matchers::ContainsSubstring;

namespace {

struct Taken {
  std::int64_t expert_tensor_parallel;
  std::vector<std::string> assumed;
};

Taken taken(std::string const& text, advisor::FrameworkKind framework, char const* model = "mixtral-8x7b") {
  cli::ResolvedJob resolved;
  resolved.job.model = advisor::built_in_model(model);
  resolved.job.sequence_length = 4096;
  resolved.estimate.framework = framework;
  std::vector<std::string> nothing;
  auto plan = cli::read_plan(text, {}, nothing);
  cli::take_framework_defaults(text, plan, resolved);
  return {plan.expert_tensor_parallel, resolved.assumed};
}

}  // namespace

TEST_CASE("Megatron-Core cuts experts over all tensor-parallel ranks unless the plan says otherwise", "[cli][plan]") {
  auto const core = advisor::FrameworkKind::megatron_core;
  auto const cut = taken("tp=2,ep=4,dp=8", core);
  CHECK(cut.expert_tensor_parallel == 2);
  REQUIRE(cut.assumed.size() == 1);
  CHECK_THAT(cut.assumed.front(), ContainsSubstring("etp=2"));

  auto const said = taken("tp=2,ep=4,etp=1,dp=8", core);
  CHECK(said.expert_tensor_parallel == 1);
  CHECK(said.assumed.empty());
  CHECK(taken("tp=1,ep=4,dp=8", core).assumed.empty());
  CHECK(taken("tp=2,dp=8", core, "llama-2-7b").expert_tensor_parallel == 1);
  CHECK(taken("tp=2,ep=4,dp=8", advisor::FrameworkKind::fsdp_compiled).expert_tensor_parallel == 1);
}

TEST_CASE("A plan that Megatron-Core's default alone makes impossible says so", "[cli][plan]") {
  try {
    taken("tp=2,ep=8,dp=4", advisor::FrameworkKind::megatron_core);
    FAIL("8 x 2 ranks were found among 8");
  } catch (profiles::UsageError const& error) {
    CHECK_THAT(error.what(), ContainsSubstring("8 x 2"));
    CHECK_THAT(error.next_step(), ContainsSubstring("etp=1"));
  }
}
