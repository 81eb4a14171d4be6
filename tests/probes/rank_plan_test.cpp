// SPDX-License-Identifier: Apache-2.0
#include "probes/rank_plan.hpp"

#include "fake_machine.hpp"

#include "probes/way_between_nodes.hpp"
#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;

namespace {

// Of one domain.
profiles::HostSpec four_cores() {
  profiles::HostSpec host;
  host.allowed_cpus = "0-3";
  host.numa_nodes = {{.index = 0, .core_count = 4, .cpus = "0-3", .memory_bytes = {}}};
  return host;
}

RankPlan plan_for(ProbeRequest const& request, int cores) {
  return plan_ranks(request, four_cores(), cores, {.mpi_library = "Open MPI v4.1.4"});
}

}  // namespace

TEST_CASE("Why there is one rank is told: asked for, one core, one domain", "[ranks]") {
  ProbeRequest request;
  auto const one_core = plan_for(request, 1);
  CHECK_THAT(one_core.problem, ContainsSubstring("one core"));
  CHECK_THAT(one_core.next_step, ContainsSubstring("more cores"));

  request.binding = Binding::numa;
  auto const one_domain = plan_for(request, 4);
  CHECK_THAT(one_domain.problem, ContainsSubstring("one NUMA domain"));
  CHECK_THAT(one_domain.next_step, ContainsSubstring("--bind"));

  request.rank_count = 1;
  for (auto const& asked : {plan_for(request, 4), plan_device_ranks(request, 4, {})}) {
    CHECK_THAT(asked.problem, ContainsSubstring("one rank was asked for"));
    CHECK_THAT(asked.next_step, ContainsSubstring("--ranks") && !ContainsSubstring("MPI"));
  }
}

TEST_CASE("One rank asked for is no reason to install MPI", "[ranks]") {
  FakeMachine machine("");
  machine.request.rank_count = 1;
  auto const profile = machine.probe();
  auto const* const finding = find_finding(profile, "no_collectives");
  REQUIRE(finding != nullptr);
  CHECK_THAT(finding->seen, ContainsSubstring("one rank was asked for"));
  CHECK_THAT(finding->next_step, !ContainsSubstring("install"));
}

TEST_CASE("A launcher that hangs costs a share of the budget that is left, and is named", "[ranks]") {
  FakeMachine machine("");
  auto const mpirun = machine.folder.path() / "mpirun";
  std::filesystem::remove(mpirun);
  std::ofstream(mpirun) << "#!/bin/sh\nexec /bin/sleep 60\n";
  std::filesystem::permissions(mpirun, std::filesystem::perms::owner_all);
  machine.request.budget_s = 4;
  machine.request.only = {"collective"};
  CHECK_THROWS_AS(machine.probe(), profiles::MachineError);
  CHECK_THROWS_WITH(machine.probe(), ContainsSubstring("mpirun --version' gave no answer within ") &&
                                         ContainsSubstring(" ms"));  // of 4 s less what had passed
}

TEST_CASE("An srun that hangs costs a share of the budget that is left, and is named", "[ranks]") {
  FakeMachine machine("");
  std::filesystem::remove(machine.folder.path() / "mpirun");
  auto const srun = machine.folder.path() / "srun";
  std::ofstream(srun) << "#!/bin/sh\nexec /bin/sleep 60\n";
  std::filesystem::permissions(srun, std::filesystem::perms::owner_all);
  LauncherSearch const launchers{.mpi_library = "Open MPI v4.1.4",
                                 .allocation = SlurmAllocation{.node_count = 2, .this_node = "nid1"},
                                 .patience_s = 0.2};
  auto const names_both = [](std::string const& problem) {
    CHECK_THAT(problem, ContainsSubstring("no mpirun or mpiexec in PATH") &&
                            ContainsSubstring("srun --mpi=list' gave no answer within 200 ms"));
  };
  auto const plan = plan_ranks(machine.request, four_cores(), 4, launchers);
  CHECK_FALSE(plan.launcher);
  names_both(plan.problem);
  CHECK_THAT(plan.next_step, ContainsSubstring("by hand"));
  auto const way = way_between_nodes(plan.job, {}, launchers, [](RankStart const&) { return RunOutcome{}; });
  CHECK_FALSE(way.start);
  names_both(way.problem);
}
