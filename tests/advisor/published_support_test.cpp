// SPDX-License-Identifier: Apache-2.0
#include "advisor/published_support.hpp"

#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;

TEST_CASE("Ground that published runs cover well is not mentioned, and weak ground is, with its runs") {
  auto machine = round_machine();
  machine.device = "a100-sxm-80gb";
  auto const plan = plan_of(1, 1, 8);
  CHECK(weak_ground(job_of(llama_7b(), 4096), plan, machine).empty());
  CHECK(weak_ground(job_of(mixture_of_eight()), plan, machine).empty());
  auto sharded = plan;
  sharded.sharding = Sharding::zero2;
  CHECK(weak_ground(job_of(llama_7b(), 4096), sharded, machine) ==
        "published runs that this model could be checked on are few: ZeRO-2 4 (docs/validation.md)");
  machine.device = "b200";
  CHECK(weak_ground(job_of(llama_7b(), 4096), plan, machine) ==
        "published runs that this model could be checked on are few: b200 none (docs/validation.md)");
}
