// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/run_in_process.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("With FSDP all of the state is offloaded, and the answer does not call it the optimizer's", "[cli]") {
  auto const answer = tests::run({"estimate", "--model", "llama-2-7b", "--machine", "leonardo-booster", "--framework",
                                  "fsdp", "--plan", "dp=4,sharding=zero3,offload=optimizer"});
  CHECK(answer.code == 0);
  CHECK_THAT(tests::unwrapped(answer.out), ContainsSubstring("and what is offloaded, in the memory of a node's host"));
  CHECK_FALSE(tests::has(answer.out, "  weights "));
}
