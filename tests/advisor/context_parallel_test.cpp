// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/context_parallel.hpp"

#include "advisor/cost/attention.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;

namespace {

auto const job = job_of(small_gpt());
auto const machine = round_machine();
double const slowdown = machine.fitted.overlap_cost;

ParallelPlan cut_in(std::int64_t parts, ContextExchange exchange = ContextExchange::ring, std::int64_t tensor = 1) {
  ParallelPlan plan = plan_of(tensor, 1, 2);
  plan.context_parallel = parts;
  plan.context_exchange = exchange;
  return plan;
}

// 0.1 GB of keys and values on each of four ranks, or a gigabyte of queries, keys, values and outputs.
Block exchanging_block() {
  Block block;
  block.attention = AttentionOperator{};
  block.context_ring = {3, 6, 1e8};
  block.context_all_to_all = {1, 1, 1e9};
  return block;
}

Pass cost(ParallelPlan const& plan, Pass const& attention, Block const& block = exchanging_block()) {
  EstimateOptions const options;
  CostContext const context{job, plan, machine, options, framework_traits(FrameworkKind::unknown)};
  return context_parallel_cost(context, block, attention);
}

Pass attention_of(ParallelPlan const& plan) {
  EstimateOptions const options;
  CostContext const context{job, plan, machine, options, framework_traits(FrameworkKind::unknown)};
  return attention_cost(context, layer_block(job, plan)).pass;
}

}  // namespace

TEST_CASE("A whole sequence, or a block without attention, exchanges nothing") {
  CHECK(cost(cut_in(1), {1, 1}).total_s() == 0);
  CHECK(cost(cut_in(4), {1, 1}, Block{}).total_s() == 0);
}

TEST_CASE("A ring under long attention costs no more than the overlap does") {
  double const turn_s = 3 * 1e8 / 1e11;
  auto const pass = cost(cut_in(4), {1, 2});
  CHECK_THAT(pass.forward_s, WithinRel(slowdown * turn_s));
  // Backward the gradients of keys and values go round with them.
  CHECK_THAT(pass.backward_s, WithinRel(slowdown * 2 * turn_s));
}

TEST_CASE("A ring with nothing to hide under is exposed whole") {
  CHECK_THAT(cost(cut_in(4), {}).forward_s, WithinRel(3 * 1e8 / 1e11));
}

TEST_CASE("Longer attention never exposes more of the ring") {
  double before_s = cost(cut_in(4), {}).forward_s;
  for (double const attention_s : {0.001, 0.002, 0.004, 0.008}) {
    double const exposed_s = cost(cut_in(4), {attention_s, 0}).forward_s;
    CHECK(exposed_s <= before_s);
    before_s = exposed_s;
  }
}

TEST_CASE("The ring passes the network where tensor parallelism fills the node") {
  // Two ranks, one in each of two nodes: one step at 10 GB/s.
  CHECK_THAT(cost(cut_in(2, ContextExchange::ring, 8), {}).forward_s, WithinRel(1e8 / 1e10));
}

TEST_CASE("An exchange from sequence to heads is exposed, however long attention takes") {
  auto const pass = cost(cut_in(4, ContextExchange::all_to_all), {1, 2});
  CHECK_THAT(pass.forward_s, WithinRel(1e9 * 3 / 4 / 1e11));
  CHECK_THAT(pass.backward_s, WithinRel(pass.forward_s));
}

TEST_CASE("Ranks of an exchange see whole sequences of fewer heads, ranks of a ring parts of the sequence") {
  auto const whole = attention_of(cut_in(1));
  // A quarter of the work each; the ring's blocks are of unequal work.
  CHECK_THAT(attention_of(cut_in(4, ContextExchange::all_to_all)).forward_s, WithinRel(whole.forward_s / 4));
  CHECK_THAT(attention_of(cut_in(4)).forward_s,
             WithinRel(whole.forward_s / 4 / machine.fitted.context_attention_factor));
}
