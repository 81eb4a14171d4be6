// SPDX-License-Identifier: Apache-2.0

// Collectives inside a module, and between the nodes of an allocation.

#include "fake_allocation.hpp"
#include "probes/gpu_node.hpp"
#include "tests/probes/fake_node.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <set>
#include <utility>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using profiles::SampleStatus;

namespace {

// Of the samples measured in a place, how many ranks and how many a node each has.
std::set<std::pair<std::int64_t, std::int64_t>> ranks_in(profiles::MachineProfile const& profile,
                                                         std::string const& placement,
                                                         SampleStatus status = SampleStatus::ok) {
  std::set<std::pair<std::int64_t, std::int64_t>> result;
  for (auto const& sample : profile.samples)
    if (sample.status == status && profiles::text_parameter(sample.parameters, "placement") == placement)
      result.emplace(profiles::integer_parameter(sample.parameters, "rank_count").value(),
                     profiles::integer_parameter(sample.parameters, "ranks_a_node").value_or(0));
  return result;
}

using Counts = std::set<std::pair<std::int64_t, std::int64_t>>;

// What keeps ranks from being started on several nodes, of a probe in that allocation.
std::string between_nodes_problem(FakeMachine& machine) {
  auto const profile = machine.probe();
  CHECK_FALSE(profile.partial);
  CHECK_FALSE(ranks_in(profile, "node").empty());
  CHECK(ranks_in(profile, "nodes").empty());
  CHECK_FALSE(ranks_in(profile, "nodes", SampleStatus::skipped).empty());
  auto const* const finding = find_finding(profile, "no_collectives");
  REQUIRE(finding != nullptr);
  CHECK_THAT(finding->seen, ContainsSubstring("between the 2 nodes of this allocation"));
  return finding->seen;
}

// Without an mpirun that could take over, ranks of the node are srun's as well.
struct OnlySrun : FakeMachine {
  explicit OnlySrun(char const* behaviour) : FakeMachine(behaviour, false) { request.only = {"collective"}; }
};

}  // namespace

TEST_CASE("In an allocation of several nodes ranks talk between them, all of them and one a node", "[places]") {
  FakeMachine machine("");
  machine.request.only = {"collective"};
  FakeAllocation const allocation(machine, "3");
  auto const profile = machine.probe();
  CHECK(ranks_in(profile, "node") == Counts{{2, 0}});
  CHECK(ranks_in(profile, "nodes") == Counts{{6, 2}, {3, 1}});
  CHECK(find_finding(profile, "no_collectives") == nullptr);
  CHECK_THAT(allocation.srun_log(), ContainsSubstring("--mpi=pmix") && ContainsSubstring("--nodes=3 --ntasks=6") &&
                                        ContainsSubstring("--ntasks=3 --ntasks-per-node=1"));
  CHECK_THAT(machine.mpirun_log(), ContainsSubstring("-np 2 "));  // of this node alone
}

TEST_CASE("An allocation of one node, and no allocation, change nothing", "[places]") {
  FakeMachine machine("");
  machine.request.only = {"collective"};
  FakeAllocation const allocation(machine, "1");
  auto const profile = machine.probe();
  CHECK(ranks_in(profile, "nodes").empty());
  CHECK(find_finding(profile, "no_collectives") == nullptr);
  CHECK(allocation.srun_log().empty());
}

TEST_CASE("One rank was asked for, and none between nodes either", "[places]") {
  FakeMachine machine("");
  machine.request.rank_count = 1;
  FakeAllocation const allocation(machine, "2");
  CHECK(ranks_in(machine.probe(), "nodes").empty());
}

TEST_CASE("GPUs of several nodes: one rank each, and each node's ranks know their devices", "[places]") {
  FakeMachine machine("gpus:2 nccl");
  machine.request.rank_count.reset();
  machine.request.only = {"collective"};
  FakeAllocation const allocation(machine, "2");
  auto const profile = machine.probe();
  CHECK(ranks_in(profile, "nodes") == Counts{{4, 2}, {2, 1}});
  CHECK_THAT(allocation.srun_log(), ContainsSubstring("0,1: --mpi=pmix") && ContainsSubstring("--cpu-bind=none"));
}

TEST_CASE("Nodes with one GPU each have nobody to talk to but each other", "[places]") {
  FakeMachine machine("gpus:1 nccl");
  machine.request.rank_count.reset();
  machine.request.only = {"collective"};
  FakeAllocation const allocation(machine, "4");
  auto const profile = machine.probe();
  CHECK(ranks_in(profile, "node").empty());
  CHECK(ranks_in(profile, "nodes") == Counts{{4, 1}});
}

TEST_CASE("Where srun has no type for this MPI, or is not there, mpirun starts the ranks of all nodes", "[places]") {
  FakeMachine machine("");
  machine.request.only = {"collective"};
  FakeAllocation const allocation(machine, "2", "", "none pmi2");
  CHECK(ranks_in(machine.probe(), "nodes") == Counts{{4, 2}, {2, 1}});
  CHECK_THAT(machine.mpirun_log(), ContainsSubstring("-np 4 --map-by ppr:2:node:OVERSUBSCRIBE"));
  std::filesystem::remove(machine.folder.path() / "srun");
  CHECK(ranks_in(machine.probe(), "nodes") == Counts{{4, 2}, {2, 1}});
}

TEST_CASE("Separate processes in place of ranks are passed over for the next launcher", "[places]") {
  FakeMachine machine("");
  machine.request.only = {"collective"};
  FakeAllocation const allocation(machine, "2", "export FAKE_RUNNER=alone");
  auto const profile = machine.probe();
  CHECK(ranks_in(profile, "nodes") == Counts{{4, 2}, {2, 1}});
  CHECK_THAT(machine.mpirun_log(), ContainsSubstring("ppr:2:node"));
  CHECK(find_finding(profile, "runner_lost") == nullptr);
}

TEST_CASE("Without mpirun the ranks of a node in an allocation are srun's", "[places]") {
  OnlySrun machine("");
  FakeAllocation const allocation(machine, "1");
  CHECK(ranks_in(machine.probe(), "node") == Counts{{2, 0}});
  CHECK_THAT(allocation.srun_log(), ContainsSubstring("--nodes=1 --ntasks=2") && ContainsSubstring("--nodelist=nid1"));
}

TEST_CASE("What keeps ranks from other nodes costs what is between nodes alone, and is said", "[places]") {
  SECTION("no launcher that joins ranks") {
    OnlySrun machine("");
    FakeAllocation const allocation(machine, "2", "case \"$*\" in *--nodes=2*) export FAKE_RUNNER=alone;; esac");
    CHECK_THAT(between_nodes_problem(machine),
               ContainsSubstring("4 MPI ranks were asked for") && ContainsSubstring("do not know each other"));
  }
  SECTION("a node without the device, whose rank says so") {
    OnlySrun machine("gpus:2 nccl");
    FakeAllocation const allocation(
        machine, "2",
        "case \"$*\" in *--nodes=2*) echo 'rank 3: HPCADVISE_RANK_DEVICES=0,1 gives device 1"
        " to rank 1 of this node, where 1 can be seen' >&2; exit 2;; esac");
    CHECK_THAT(between_nodes_problem(machine), ContainsSubstring("by srun --mpi=pmix") &&
                                                   ContainsSubstring("exit code 2") &&
                                                   ContainsSubstring("where 1 can be seen"));
  }
  SECTION("ranks that lie unevenly on the nodes") {
    OnlySrun machine("");
    FakeAllocation const allocation(machine, "2", "case \"$*\" in *--nodes=2*) FAKE_RANKS_A_NODE=3;; esac");
    CHECK_THAT(between_nodes_problem(machine), ContainsSubstring("2 MPI ranks on each node were asked for, but a node "
                                                                 "has 3 of the 4"));
  }
  SECTION("an srun that waits for ever") {
    OnlySrun machine("");
    machine.request.budget_s = 20;
    FakeAllocation const allocation(machine, "2", "case \"$*\" in *--nodes=2*) exec /bin/sleep 1000;; esac");
    CHECK_THAT(between_nodes_problem(machine), ContainsSubstring("said nothing for too long"));
  }
  SECTION("a probe that runs on none of the nodes") {
    FakeMachine machine("");
    machine.request.only = {"collective"};
    FakeAllocation const allocation(machine, "2");
    ::unsetenv("SLURMD_NODENAME");
    CHECK_THAT(between_nodes_problem(machine), ContainsSubstring("outside of the nodes of its allocation"));
  }
}

TEST_CASE("The two GPUs of the first module talk by themselves too", "[places]") {
  FakeMachine machine("gpus:4 nccl");
  machine.request.rank_count.reset();
  machine.request.only = {"collective"};
  tests::FakeNode const node;
  auto const topology = machine.request.roots.synthetic_topology;
  machine.request.roots = node.roots;
  machine.request.roots.synthetic_topology = topology;
  // As the fake runner counts its buses; the first and the last make a module, and the two between them.
  int const partner[] = {3, 2, 1, 0};
  for (int gpu = 0; gpu < 4; ++gpu) {
    node.kfd(gpu, 440, 90010, (0x10 + gpu) << 8);
    node.xgmi(gpu, 0, partner[gpu], 4);
  }
  auto const profile = machine.probe();
  CHECK(ranks_in(profile, "module") == Counts{{2, 0}});
  CHECK(ranks_in(profile, "node") == Counts{{4, 0}});
  CHECK_THAT(machine.mpirun_log(), ContainsSubstring("0,3: ") && ContainsSubstring("0,1,2,3: "));
}

TEST_CASE("A module is of GPUs that are used, and the measured one's comes first", "[places]") {
  HelloEvent hello;
  hello.visible_devices = {"a", "b", "c", "d", "e"};
  std::vector<Accelerator> accelerators(4);
  int const modules[] = {0, 1, 0, 1};
  for (std::size_t i = 0; i < 4; ++i) {
    accelerators[i].pci_bus_id = hello.visible_devices[i];
    accelerators[i].gcd = GcdPlace{.module = modules[i], .gcd = int(i) / 2};
  }
  CHECK(module_places({1, 0, 2, 3, 4}, hello, accelerators) == std::vector<int>{1, 3});
  CHECK(module_places({1, 0, 2, 4}, hello, accelerators) == std::vector<int>{0, 2});
  CHECK(module_places({0, 1, 4}, hello, accelerators).empty());
  CHECK(module_places({4}, hello, accelerators).empty());
}
