// SPDX-License-Identifier: Apache-2.0
#include "cli/plan_text.hpp"

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

TEST_CASE("Which of a machine's rates were measured is said above the plans", "[cli]") {
  using profiles::Origin;
  cli::ResolvedJob resolved;
  auto& machine = resolved.machine;
  machine.origin = Origin::reference;
  auto const heading = [&] { return cli::heading_markdown(resolved, 8); };
  CHECK_THAT(heading(), ContainsSubstring("published rates, not measured on this machine"));
  machine.gemm[profiles::Precision::bf16].origin = Origin::measured;
  CHECK_THAT(heading(), ContainsSubstring("device measured; its links and network as published"));
  machine.node_link.origin = Origin::measured;
  CHECK_THAT(heading(), ContainsSubstring("device and its links measured; the network as published"));
  machine.network.origin = Origin::measured;
  CHECK_THAT(heading(), ContainsSubstring("device, links and network measured"));
  machine.node_link.origin = Origin::reference;
  CHECK_THAT(heading(), ContainsSubstring("device and network measured; the links in a node as published"));
}
