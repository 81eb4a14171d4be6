// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/slurm.hpp"

#include "probes/launch/temporary_folder.hpp"

#include <stdlib.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using Words = std::vector<std::string>;

namespace {

// As srun of 22.05 says it, to stdout; older ones say it to stderr.
constexpr char const* listed =
    "MPI plugin types are...\n\tpmix\n\tnone\n\tcray_shasta\n\tpmi2\nspecific pmix plugin versions available: "
    "pmix_v4\n";

struct Variables {
  std::optional<SlurmAllocation> with(char const* job, char const* nodes, char const* node) const {
    ::setenv("SLURM_JOB_ID", job, 1);
    ::setenv("SLURM_JOB_NUM_NODES", nodes, 1);
    ::setenv("SLURMD_NODENAME", node, 1);
    return slurm_allocation();
  }
  Variables() { ::unsetenv("SLURM_JOB_ID"); }
  ~Variables() {
    for (auto const* const name : {"SLURM_JOB_ID", "SLURM_JOB_NUM_NODES", "SLURMD_NODENAME"}) ::unsetenv(name);
  }
  Variables(Variables const&) = delete;
  Variables& operator=(Variables const&) = delete;
};

bool has(Words const& words, char const* word) { return std::ranges::count(words, word) == 1; }

}  // namespace

TEST_CASE("An allocation is what Slurm's variables say, and nothing where they say nothing of use", "[slurm]") {
  Variables const variables;
  CHECK_FALSE(slurm_allocation());
  auto const two = variables.with("17", "2", "nid1");
  REQUIRE(two);
  CHECK(two->node_count == 2);
  CHECK(two->this_node == "nid1");
  CHECK(variables.with("17", "1", "")->this_node.empty());
  for (auto const* const nodes : {"", "0", "-2", "two", "2x", "99999999999999999999"})
    CHECK_FALSE(variables.with("17", nodes, "nid1"));
  CHECK_FALSE(variables.with("", "2", "nid1"));
}

TEST_CASE("The type of MPI follows from the runner's MPI and from what srun has", "[slurm]") {
  CHECK(srun_mpi_types(listed, "Open MPI v4.1.4") == Words{"pmix"});
  CHECK(srun_mpi_types(listed, "MPICH Version:\t4.0.2") == Words{"pmi2", "pmix"});
  CHECK(srun_mpi_types(listed, "MPI VERSION    : CRAY MPICH version 8.1.27") == Words{"cray_shasta", "pmi2"});
  CHECK(srun_mpi_types(listed, "Intel(R) MPI Library 2021.10") == Words{"pmi2", "pmix"});
  CHECK(srun_mpi_types(listed, "something new") == Words{"pmix", "pmi2", "cray_shasta"});
  CHECK(srun_mpi_types("srun: MPI types are...\nsrun: none\nsrun: pmix_v3\n", "Open MPI v4.1.4").empty());
  CHECK(srun_mpi_types("", "Open MPI v4.1.4").empty());
}

TEST_CASE("srun is a launcher once for each type, wherever it prints them", "[slurm]") {
  TemporaryFolder const folder;
  CHECK(find_sruns(folder.path().string(), "MPICH").problem == "no srun in PATH");
  auto const srun = folder.path() / "srun";
  std::ofstream(srun) << "#!/bin/sh\n[ \"$1\" = --mpi=list ] && printf 'srun: pmi2\\nsrun: pmix\\n' >&2\n";
  std::filesystem::permissions(srun, std::filesystem::perms::owner_all);
  auto const found = find_sruns(folder.path().string(), "MPICH Version: 4.0.2").launchers;
  REQUIRE(found.size() == 2);
  CHECK(found[0].program == srun);
  CHECK(found[0].mpi_type == "pmi2");
  CHECK(found[1].mpi_type == "pmix");
}

TEST_CASE("srun is told nodes, ranks, ranks a node and binding", "[slurm]") {
  auto const between = srun_options("pmix", {.ranks = nodes_ranks(4, 8), .binding = Binding::numa});
  for (auto const* const option : {"--mpi=pmix", "--nodes=4", "--ntasks=32", "--ntasks-per-node=8", "--overlap",
                                   "--overcommit", "--input=0", "--kill-on-bad-exit=1", "--cpu-bind=ldoms"})
    CHECK(has(between, option));

  SECTION("ranks with devices, and more ranks than cores, are bound to nothing") {
    CHECK(has(srun_options("pmix", {.ranks = nodes_ranks(2, 4), .bound = false}), "--cpu-bind=none"));
    CHECK(has(srun_options("pmix", {.ranks = nodes_ranks(2, 4), .oversubscribe = true}), "--cpu-bind=none"));
  }
  SECTION("ranks of one node are on this one") {
    auto const here = srun_options("pmi2", {.ranks = node_ranks(8), .node = "nid2"});
    CHECK(has(here, "--nodes=1"));
    CHECK(has(here, "--nodelist=nid2"));
    CHECK(has(here, "--cpu-bind=cores"));
  }
}

TEST_CASE("An srun that cannot be started is none, and ends nothing", "[slurm]") {
  TemporaryFolder const folder;
  auto const file = folder.path() / "srun";
  std::ofstream(file) << "#!/no/such/interpreter\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  CHECK(find_sruns(folder.path().string(), "Open MPI v4.1.4").launchers.empty());
}

TEST_CASE("An srun that does not list its types is given up after the time it was given, and named", "[slurm]") {
  TemporaryFolder const folder;
  auto const file = folder.path() / "srun";
  std::ofstream(file) << "#!/bin/sh\nexec /bin/sleep 60\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  auto const hanging = find_sruns(folder.path().string(), "Open MPI v4.1.4", 0.2);
  CHECK(hanging.launchers.empty());
  CHECK_THAT(hanging.problem, ContainsSubstring("srun --mpi=list' gave no answer within 200 ms"));
  CHECK_THAT(hanging.next_step, ContainsSubstring("by hand"));
}
