// SPDX-License-Identifier: Apache-2.0
#include "advisor/published_support.hpp"

#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>
#include <vector>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using enum hpcadvise::advisor::FrameworkKind;

TEST_CASE("It is said how far published runs bear intervals out, and what too few of them have, with their number") {
  auto machine = round_machine();
  machine.device = "a100-sxm-80gb";
  auto const plan = plan_of(1, 1, 8);
  auto const ground = [&] { return on_published_runs(job_of(llama_7b(), 4096), plan, machine, megatron_core); };
  CHECK(ground() ==
        "of 174 published runs on a100-sxm-80gb kept aside from fitting, 145 lie inside such an interval "
        "(docs/validation.md)");
  CHECK(on_published_runs(job_of(mixture_of_eight()), plan, machine, megatron_core) == ground());
  machine.device = "mi430x";
  CHECK(ground() == "published runs that this model could be checked on are few: mi430x none (docs/validation.md)");
  machine.device = "b200";
  CHECK(ground() ==
        "of 30 published runs on b200 kept aside from fitting, 25 lie inside such an interval; none was fitted "
        "(docs/validation.md)");
  machine.device = "mi250-gcd";
  CHECK(ground() == "published runs that this model could be checked on are few: mi250-gcd 1 (docs/validation.md)");
}

TEST_CASE("FSDP that shards optimizer and gradients alone is not what DeepSpeed calls ZeRO-2") {
  auto plan = plan_of(1, 1, 8);
  plan.sharding = Sharding::zero2;
  auto const counted_as = [&](FrameworkKind framework) {
    std::vector<std::string_view> names;
    for (auto const& feature : supported_features())
      if (feature.is_used(job_of(llama_7b(), 4096), plan, framework_traits(framework))) names.push_back(feature.what);
    return names;
  };
  CHECK(counted_as(hugging_face) == std::vector<std::string_view>{"ZeRO-2"});
  CHECK(counted_as(fsdp_eager) == std::vector<std::string_view>{"FSDP that shards optimizer and gradients alone"});
}
