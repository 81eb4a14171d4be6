// SPDX-License-Identifier: Apache-2.0
#include "probes/collective_probe.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <set>
#include <string>

using namespace hpcadvise;
using namespace hpcadvise::probes;

namespace {

constexpr Ranks module_of_two{.placement = Placement::module, .rank_count = 2, .ranks_a_node = 2};

PlanContext gpus(std::vector<Ranks> layouts) {
  PlanContext context;
  context.host.memory_bytes = std::int64_t{256} << 30;
  context.gpu.emplace();
  context.gpu->memory_bytes = std::int64_t{80} << 30;
  context.providers = {"kokkos", "mpi", "nccl"};
  context.layouts = std::move(layouts);
  return context;
}

std::vector<SampleRequest> requests_of(PlanContext const& context, Ranks const& ranks) {
  std::vector<SampleRequest> result;
  for (auto& candidate : collective_candidates(context))
    if (candidate.request.ranks == ranks) result.push_back(std::move(candidate.request));
  return result;
}

std::set<std::string> operations_of(std::vector<SampleRequest> const& requests) {
  std::set<std::string> result;
  for (auto const& request : requests) result.insert(profiles::text_parameter(request.parameters, "operation").value());
  return result;
}

std::int64_t bytes_of(SampleRequest const& request) {
  return profiles::integer_parameter(request.parameters, "message_bytes").value();
}

}  // namespace

TEST_CASE("Places take turns, each with the ends of its all-reduce first", "[collective]") {
  std::vector<Ranks> const layouts{node_ranks(8), module_of_two, nodes_ranks(2, 8), nodes_ranks(2, 1)};
  auto const candidates = collective_candidates(gpus(layouts));
  for (std::size_t i = 0; i < 8; ++i) {
    auto const& request = candidates.at(i).request;
    CHECK(request.ranks == layouts[i % 4]);
    CHECK(profiles::text_parameter(request.parameters, "operation") == "all_reduce");
    CHECK(bytes_of(request) == (i < 4 ? 256 << 20 : 1024));
  }
}

TEST_CASE("Inside a module only its link is asked about", "[collective]") {
  auto const requests = requests_of(gpus({node_ranks(8), module_of_two}), module_of_two);
  CHECK(requests.size() == 12);
  CHECK(operations_of(requests) == std::set<std::string>{"all_reduce", "all_gather"});
  for (auto const& request : requests) {
    CHECK(profiles::text_parameter(request.parameters, "placement") == "module");
    CHECK_FALSE(request.parameters.contains("ranks_a_node"));
  }
}

TEST_CASE("Between nodes all ranks do everything, and one a node reduces", "[collective]") {
  auto const context = gpus({node_ranks(8), nodes_ranks(2, 8), nodes_ranks(2, 1)});
  auto const all = requests_of(context, nodes_ranks(2, 8));
  CHECK(operations_of(all).size() == 5);
  auto const one_a_node = requests_of(context, nodes_ranks(2, 1));
  CHECK(operations_of(one_a_node) == std::set<std::string>{"all_reduce"});
  CHECK(one_a_node.size() == 9);
  CHECK(profiles::integer_parameter(one_a_node[0].parameters, "ranks_a_node") == 1);
  CHECK(profiles::integer_parameter(all[0].parameters, "rank_count") == 16);

  SECTION("where a node has one rank, it does everything") {
    auto const only = gpus({nodes_ranks(4, 1)});
    CHECK(operations_of(requests_of(only, nodes_ranks(4, 1))).size() == 5);
  }
}

TEST_CASE("A message that does not have a float for each rank is not asked for", "[collective]") {
  auto const ranks = nodes_ranks(128, 8);
  for (auto const& request : requests_of(gpus({ranks}), ranks)) {
    auto const operation = profiles::text_parameter(request.parameters, "operation");
    if (operation == "all_gather" || operation == "all_to_all" || operation == "reduce_scatter")
      CHECK(bytes_of(request) >= 4 * 1024);
  }
  CHECK(
      std::ranges::any_of(requests_of(gpus({ranks}), ranks), [](auto const& each) { return bytes_of(each) == 1024; }));
}

TEST_CASE("On a host the ranks of a node share its memory, those of others do not", "[collective]") {
  PlanContext context;
  context.host.memory_bytes = std::int64_t{4} << 30;
  context.host.core_count = context.host.allowed_core_count = 4;
  context.layouts = {nodes_ranks(64, 1), node_ranks(64)};
  auto const largest = [&](Ranks const& ranks) {
    std::int64_t most = 0;
    for (auto const& request : requests_of(context, ranks)) most = std::max(most, bytes_of(request));
    return most;
  };
  CHECK(largest(nodes_ranks(64, 1)) == 64 << 20);
  CHECK(largest(node_ranks(64)) < 64 << 20);
}

TEST_CASE("What tells a collective from others of its kind is short", "[collective]") {
  profiles::Parameters parameters{{"message_bytes", std::int64_t{16} << 20}, {"rank_count", std::int64_t{8}}};
  CHECK(collective_shape_text(parameters) == "16.0 MiB");
  parameters["ranks_a_node"] = std::int64_t{4};
  CHECK(collective_shape_text(parameters) == "16.0 MiB, 4 a node");
}
