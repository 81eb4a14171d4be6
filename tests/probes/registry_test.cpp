// SPDX-License-Identifier: Apache-2.0
#include "probes/probe.hpp"

#include "probes/memory_probe.hpp"
#include "probes/plan.hpp"
#include "profiles/atomic_file.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <map>
#include <set>

using namespace hpcadvise;
using namespace hpcadvise::probes;

namespace {

PlanContext context_of(int rank_count) {
  PlanContext context;
  context.host.core_count = context.host.allowed_core_count = 4;
  context.host.memory_bytes = std::int64_t{16} << 30;
  context.host.caches = {{1, 32 << 10, 4, 64}, {2, 1 << 20, 4, 64}, {3, 32 << 20, 1, 64}};
  context.providers = {"kokkos", "openblas", "mpi"};
  context.thread_count = 8;
  if (rank_count > 1) context.layouts = {node_ranks(rank_count)};
  return context;
}

PlanContext gpu_context() {
  PlanContext context = context_of(0);
  context.providers = {"kokkos", "cublaslt"};
  context.gpu = profiles::GpuSpec{};
  context.gpu->memory_bytes = std::int64_t{80} << 30;
  context.gpu->last_cache_bytes = std::int64_t{50} << 20;
  context.peers = {1, 2, 3};
  return context;
}

using Names = std::set<std::string>;
struct Contract {
  Names always;
  Names sometimes{};
};

// docs/adding_a_probe.md, "The names of the parameters"
std::map<std::string, Contract> const contract{
    {"gemm", {{"m", "n", "k", "precision", "a_transposed", "b_transposed"}}},
    {"attention",
     {{"batch", "query_heads", "kv_heads", "query_length", "key_length", "head_size", "causal", "direction",
       "precision"}}},
    {"memory", {{"kernel", "working_set_bytes", "level"}}},
    {"launch", {{"kind"}, {"count"}}},
    {"collective", {{"operation", "message_bytes", "rank_count", "placement"}, {"ranks_a_node"}}},
    {"overlap",
     {{"operation", "message_bytes", "rank_count", "placement", "gemm_provider", "m", "n", "k", "precision"},
      {"ranks_a_node"}}},
    {"sustained", {{"m", "n", "k", "precision"}}},
    {"link", {{"direction", "message_bytes"}, {"memory", "numa_node", "peer", "ordinal"}}},
};

bool takes_ranks(Probe const& probe) { return probe.name == "collective" || probe.name == "overlap"; }

// Of a host with two ranks, also on two nodes, and of a GPU.
std::vector<Candidate> all_candidates(Probe const& probe) {
  auto context = context_of(2);
  context.layouts.push_back(nodes_ranks(2, 2));
  auto result = probe.candidates(context);
  for (auto& candidate : probe.candidates(gpu_context())) result.push_back(std::move(candidate));
  return result;
}

}  // namespace

TEST_CASE("Every probe is found by its name", "[registry]") {
  for (Probe const& probe : all_probes()) {
    CHECK(find_probe(probe.name) == &probe);
    CHECK_FALSE(probe.summary.empty());
  }
  CHECK(find_probe("nothing") == nullptr);
}

TEST_CASE("The pages of the format and of the probes know every probe", "[registry][docs]") {
  auto const page = [](char const* name) {
    return profiles::read_text_file(std::string(HPCADVISE_TEST_DATA "/../docs/") + name);
  };
  std::string const format = page("profile_format.md");
  auto const row = format.find("| `probe` |");
  REQUIRE(row != std::string::npos);
  std::string const values = format.substr(row, format.find('\n', row) - row);
  for (Probe const& probe : all_probes()) {
    std::string const name(probe.name);
    INFO(name);
    CHECK(values.find("`\"" + name + "\"`") != std::string::npos);
    CHECK(format.find("Of `" + name + "`") != std::string::npos);
    CHECK(page("measuring.md").find("### `" + name + "`") != std::string::npos);
    CHECK(page("adding_a_probe.md").find("\n| `" + name + "` |") != std::string::npos);
  }
}

TEST_CASE("Every candidate keeps the contract of names", "[registry]") {
  for (Probe const& probe : all_probes()) {
    std::string const name(probe.name);
    auto const candidates = all_candidates(probe);
    CHECK_FALSE(candidates.empty());
    REQUIRE(contract.contains(name));
    for (auto const& candidate : candidates) {
      auto const& [always, sometimes] = contract.at(name);
      Names names;
      for (auto const& [parameter, value] : candidate.request.parameters)
        if (!sometimes.contains(parameter)) names.insert(parameter);
      CHECK(names == always);
      CHECK(candidate.request.probe == name);
      CHECK(candidate.call_s > 0);
      CHECK(candidate.overhead_s >= 0);
    }
  }
}

TEST_CASE("No probe asks for the same sample twice", "[registry]") {
  for (Probe const& probe : all_probes())
    for (auto const& context : {context_of(2), gpu_context()}) {
      std::set<std::string> keys;
      for (auto const& candidate : probe.candidates(context))
        CHECK(keys.insert(sample_key(unmeasured_sample(candidate.request, profiles::SampleStatus::ok, ""))).second);
    }
}

TEST_CASE("Without its providers a probe wants nothing", "[registry]") {
  PlanContext context = context_of(0);
  context.providers.clear();
  for (Probe const& probe : all_probes()) CHECK(probe.candidates(context).empty());
}

TEST_CASE("Probes of several ranks need two, and only they take more than one", "[registry]") {
  for (Probe const& probe : all_probes()) {
    for (auto const& candidate : probe.candidates(context_of(4)))
      CHECK(candidate.request.ranks == (takes_ranks(probe) ? node_ranks(4) : Ranks{}));
    if (takes_ranks(probe)) {
      CHECK(probe.candidates(context_of(0)).empty());
      CHECK(probe.candidates(context_of(1)).empty());
    }
  }
}

TEST_CASE("Between GPUs the all-reduce comes first, by what moves messages between them", "[registry]") {
  PlanContext context = context_of(8);
  context.gpu.emplace();
  context.gpu->memory_bytes = std::int64_t{80} << 30;
  auto const candidates = [&] { return find_probe("collective")->candidates(context); };
  CHECK(candidates().empty());  // MPI on the host's memory says nothing of them
  context.providers = {"kokkos", "cublaslt", "mpi", "nccl", "mpi_device"};
  auto const all = candidates();
  CHECK(all.size() == std::size_t{2} * 5 * 11);
  CHECK(all[0].request.provider == "nccl");
  for (std::size_t i = 0; i < 9; ++i)
    CHECK(profiles::text_parameter(all[i].request.parameters, "operation") == "all_reduce");
  CHECK(profiles::integer_parameter(all[0].request.parameters, "message_bytes") == 256 << 20);
  CHECK(profiles::integer_parameter(all[1].request.parameters, "message_bytes") == 1024);
  std::set<std::string> keys;
  for (auto const& candidate : all) {
    CHECK(keys.insert(sample_key(unmeasured_sample(candidate.request, profiles::SampleStatus::ok, ""))).second);
    CHECK(candidate.request.ranks == node_ranks(8));
    CHECK(candidate.request.peak_per_s == 0);
  }
  for (auto const& candidate : find_probe("gemm")->candidates(context))
    CHECK((candidate.request.provider == "kokkos" || candidate.request.provider == "cublaslt"));

  SECTION("a message and its answer fit a quarter of the memory") {
    context.gpu->memory_bytes = std::int64_t{16} << 30;
    CHECK(candidates().size() == std::size_t{2} * 5 * 10);
  }
}

TEST_CASE("The most valuable sample of each probe comes first", "[registry]") {
  auto const first = [](char const* name) { return find_probe(name)->candidates(context_of(2)).front().request; };
  CHECK(profiles::integer_parameter(first("gemm").parameters, "m") == 2048);
  CHECK(profiles::text_parameter(first("gemm").parameters, "precision") == "fp32");
  CHECK(profiles::text_parameter(first("memory").parameters, "level") == "DRAM");
  CHECK(profiles::text_parameter(first("memory").parameters, "kernel") == "triad");
  CHECK(profiles::bool_parameter(first("attention").parameters, "causal") == true);
  CHECK(profiles::text_parameter(first("attention").parameters, "direction") == "forward");
}

TEST_CASE("Working sets live in the level they are meant for", "[registry][memory]") {
  auto context = context_of(0);
  auto& host = context.host;
  CHECK(working_set_bytes(context, "L1") == (4 * (32 << 10)) / 2);
  CHECK(working_set_bytes(context, "L2") == (4 * (1 << 20)) / 2);
  CHECK(working_set_bytes(context, "L3") == (32 << 20) / 2);
  CHECK(working_set_bytes(context, "DRAM") == 4 * (32 << 20));
  CHECK_FALSE(working_set_bytes(context, "L4"));

  SECTION("a process with half of the cores has half of the private caches") {
    host.allowed_core_count = 2;
    CHECK(working_set_bytes(context, "L2") == 1 << 20);
    CHECK(working_set_bytes(context, "L3") == (32 << 20) / 2);
  }
  SECTION("a level that is hardly larger than the one below cannot be told from it") {
    host.caches[2].size_bytes = 6 << 20;  // half: 3 MiB; all L2: 4 MiB
    CHECK_FALSE(working_set_bytes(context, "L3"));
  }
  SECTION("four times a very large cache is not needed") {
    host.caches[2].size_bytes = 480 << 20;
    CHECK(working_set_bytes(context, "DRAM") == 1 << 30);
  }
  SECTION("a control group that is too small leaves memory unmeasured") {
    host.cgroup_memory_limit_bytes = 256 << 20;
    CHECK_FALSE(working_set_bytes(context, "DRAM"));
  }
}
