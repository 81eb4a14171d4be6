// SPDX-License-Identifier: Apache-2.0
#include "advisor/parallel_plan.hpp"

#include "profiles/error.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using hpcadvise::profiles::UsageError;

namespace {

// What is wrong, and what to do.
std::string complaint(std::string_view text) {
  try {
    parallel_plan_from_text(text);
  } catch (UsageError const& error) {
    return std::string(error.what()) + " | " + error.next_step();
  }
  return {};
}

}  // namespace

TEST_CASE("A plan of one device says so, and every rare part survives its text") {
  CHECK(to_text(ParallelPlan{}) == "tp=1,pp=1,dp=1,micro_batch=1,global_batch=1,recompute=none,sharding=none");
  auto const plan = plan_of_every_part();
  CHECK(to_text(plan) ==
        "tp=2,pp=4,dp=8,cp=2,ep=4,etp=2,vpp=3,shard_group=4,recompute_interval=5,micro_batch=2,global_batch=64,"
        "recompute=full,sharding=zero1,sequence_parallel=true,schedule=gpipe,context_exchange=all_to_all,"
        "offload=optimizer");
  CHECK(parallel_plan_from_text(to_text(plan)) == plan);
}

TEST_CASE("A shard group is a part of the data-parallel ranks; all of them are no group") {
  CHECK(parallel_plan_from_text("dp=8,shard_group=8").shard_group == 0);
  CHECK(complaint("dp=8,sharding=zero3,shard_group=3").find("does not divide the 8 data-parallel ranks") !=
        std::string::npos);
  auto plan = parallel_plan_from_text("dp=8,cp=2,sharding=zero3,shard_group=4");
  CHECK(plan.shard_size() == 8);  // context-parallel ranks share as well
  plan.shard_group = 0;
  CHECK(plan.shard_size() == 16);
}

TEST_CASE("Keys that are left out take the value of one device, the batch the smallest that runs") {
  CHECK(parallel_plan_from_text("") == ParallelPlan{});
  CHECK(parallel_plan_from_text(" dp=4 , micro_batch=2 ").global_batch == 8);
}

TEST_CASE("FSDP is ZeRO-3 by another name, and hybrid sharding needs the size of its groups") {
  CHECK(parallel_plan_from_text("dp=8,sharding=fsdp").sharding == Sharding::zero3);
  CHECK(to_text(parallel_plan_from_text("dp=8,sharding=fsdp")).ends_with("sharding=zero3"));
  CHECK(complaint("dp=8,sharding=hsdp").find("sharding=zero3,shard_group=8") != std::string::npos);
}

TEST_CASE("A wrong plan names its key and what to write") {
  CHECK(complaint("tp=zero").starts_with("plan: tp=zero: not a whole number"));
  CHECK(complaint("tp=0").starts_with("plan: tp=0: below 1"));
  CHECK(complaint("tp=-4").starts_with("plan: tp=-4: below 1"));
  CHECK(complaint("tp=99999999999999999999").starts_with("plan: tp=99999999999999999999: above 2000000"));
  CHECK(complaint("tp").starts_with("plan: 'tp' is not key=value"));
  CHECK(complaint("tp=2,tp=4") == "plan: 'tp' is given twice | keep one of them");
  CHECK(complaint("micro_bach=2") == "plan: unknown key 'micro_bach' | did you mean 'micro_batch'?");
  CHECK(complaint("recompute=some") ==
        "plan: recompute=some: not a value of recompute | use one of none, attention, selective, full");
}

TEST_CASE("Parts that contradict each other are refused") {
  CHECK(complaint("dp=8,shard_group=4") == "plan: shard_group=4 without sharding | leave it out, or give a sharding");
  CHECK(complaint("recompute=selective,recompute_interval=2").starts_with("plan: recompute_interval=2 without"));
  CHECK(complaint("schedule=zero_bubble") ==
        "plan: schedule=zero_bubble without a pipeline | leave it out, or give a pp");
  CHECK(complaint("dp=8,micro_batch=2,global_batch=8").find("global_batch=16 or more") != std::string::npos);
  CHECK(complaint("sequence_parallel=true").find("without tensor parallelism") != std::string::npos);
}

TEST_CASE("Every number of a plan and every product of them stays within 2,000,000") {
  CHECK(complaint("micro_batch=9223372036854775807,dp=4").starts_with("plan: micro_batch=9223372036854775807: above"));
  CHECK(complaint("tp=-99999999999999999999").starts_with("plan: tp=-99999999999999999999: below 1"));
  CHECK(complaint("dp=2000001").starts_with("plan: dp=2000001: above 2000000"));
  CHECK(parallel_plan_from_text("global_batch=2000000").global_batch == 2'000'000);
  CHECK(complaint("tp=2000000,pp=2000000,cp=2000000,dp=2000000").find("more than 2000000 devices") !=
        std::string::npos);
  CHECK(complaint("micro_batch=2000000,dp=2").find("a global batch of 4000000") != std::string::npos);
}

TEST_CASE("Words and their names go both ways") {
  for (auto const sharding : {Sharding::none, Sharding::zero1, Sharding::zero2, Sharding::zero3})
    CHECK(sharding_from_string(to_string(sharding)) == sharding);
  for (auto const recompute : {Recompute::none, Recompute::selective, Recompute::full})
    CHECK(recompute_from_string(to_string(recompute)) == recompute);
  for (auto const schedule : {Schedule::one_forward_one_backward, Schedule::gpipe, Schedule::zero_bubble})
    CHECK(schedule_from_string(to_string(schedule)) == schedule);
  CHECK_FALSE(sharding_from_string("zero9"));
  CHECK(to_string(Schedule::one_forward_one_backward) == "1f1b");
}

TEST_CASE("What differs between two plans is named as --plan takes it, back to what one device has too") {
  auto const every = plan_of_every_part();
  CHECK(changed_parts(every, every).empty());
  auto const plain = plan_of(1, 1, 128, 2, 256);
  auto const there = changed_parts(plain, every);
  auto const back = changed_parts(every, plain);
  CHECK(there.starts_with("tp=2,pp=4,dp=8,cp=2,ep=4,etp=2,vpp=3,shard_group=4,recompute_interval=5,global_batch=64"));
  CHECK(back ==
        "tp=1,pp=1,dp=128,cp=1,ep=1,etp=1,vpp=1,shard_group=128,recompute_interval=1,global_batch=256,recompute=none,"
        "sharding=none,sequence_parallel=false,schedule=1f1b,context_exchange=ring,offload=none");
  CHECK(parallel_plan_from_text(back + ",micro_batch=2") == plain);
}
