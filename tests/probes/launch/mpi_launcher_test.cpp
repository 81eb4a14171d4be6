// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/mpi_launcher.hpp"

#include "probes/launch/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using Words = std::vector<std::string>;

namespace {

void write_script(std::filesystem::path const& file, std::string const& body) {
  std::ofstream(file) << "#!/bin/sh\n" << body << "\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
}

Words options(MpiKind kind, MpiJob const& job) {
  auto const command = mpi_command({"mpirun", kind, ""}, job, {{"runner", "--plan", "p.json"}, {{"A", "1"}}});
  CHECK(command.environment.at("A") == "1");
  CHECK(Words(command.arguments.end() - 3, command.arguments.end()) == Words{"runner", "--plan", "p.json"});
  return {command.arguments.begin() + 1, command.arguments.end() - 3};
}

}  // namespace

TEST_CASE("A launcher is known by what its --version prints", "[mpi]") {
  CHECK(mpi_kind("mpirun (Open MPI) 4.1.4\n") == MpiKind::open_mpi);
  CHECK(mpi_kind("HYDRA build details:\n    Version: 4.0.2\n") == MpiKind::hydra);
  CHECK(mpi_kind("Intel(R) MPI Library for Linux* OS, Version 2021.10\n") == MpiKind::intel_mpi);
  CHECK_FALSE(mpi_kind("something else"));
}

TEST_CASE("Open MPI is told ranks, place and binding; root has to be allowed", "[mpi]") {
  CHECK(options(MpiKind::open_mpi, {.ranks = node_ranks(4)}) ==
        Words{"-np", "4", "--map-by", "core", "--bind-to", "core"});
  CHECK(options(MpiKind::open_mpi, {.ranks = node_ranks(2), .binding = Binding::numa, .as_root = true}) ==
        Words{"--allow-run-as-root", "-np", "2", "--map-by", "numa", "--bind-to", "numa"});
}

TEST_CASE("Oversubscription is allowed only when asked for, and then nothing is bound", "[mpi]") {
  CHECK(options(MpiKind::open_mpi, {.ranks = node_ranks(4), .oversubscribe = true}) ==
        Words{"-np", "4", "--map-by", "core:OVERSUBSCRIBE", "--bind-to", "none"});
  CHECK(options(MpiKind::hydra, {.ranks = node_ranks(4), .oversubscribe = true}) ==
        Words{"-n", "4", "-bind-to", "none"});
}

TEST_CASE("Hydra and Intel MPI have their own words", "[mpi]") {
  CHECK(options(MpiKind::hydra, {.ranks = node_ranks(4), .binding = Binding::numa, .as_root = true}) ==
        Words{"-n", "4", "-bind-to", "numa", "-map-by", "numa"});
  CHECK(options(MpiKind::intel_mpi, {.ranks = node_ranks(4)}) == Words{"-n", "4", "-genv", "I_MPI_PIN_DOMAIN", "core"});
}

TEST_CASE("mpirun is looked for before mpiexec, in the order of PATH", "[mpi]") {
  TemporaryFolder const folder;
  write_script(folder.path() / "mpiexec", "echo HYDRA build details:");
  CHECK(find_mpi_launcher(folder.path().string()).launcher.value().kind == MpiKind::hydra);
  write_script(folder.path() / "mpirun", "echo 'mpirun (Open MPI) 4.1.4'; echo; echo 'Report bugs'");
  auto const found = find_mpi_launcher("/nowhere:" + folder.path().string());
  REQUIRE(found.launcher);
  CHECK(found.launcher->kind == MpiKind::open_mpi);
  CHECK(found.launcher->version == "mpirun (Open MPI) 4.1.4");
}

TEST_CASE("No launcher, and one of an unknown kind, are told with the reason", "[mpi]") {
  TemporaryFolder const folder;
  CHECK_THAT(find_mpi_launcher(folder.path().string()).problem, ContainsSubstring("no mpirun or mpiexec in PATH"));
  write_script(folder.path() / "mpirun", "echo other; exit 1");
  auto const found = find_mpi_launcher(folder.path().string());
  CHECK_FALSE(found.launcher);
  CHECK_THAT(found.problem, ContainsSubstring("'other'"));
}

TEST_CASE("A launcher that does not answer is left alone, and another one taken", "[mpi]") {
  TemporaryFolder const folder;
  write_script(folder.path() / "mpirun", "exec /bin/sleep 60");
  auto const none = find_mpi_launcher(folder.path().string(), 0.2);
  CHECK_FALSE(none.launcher);
  CHECK_THAT(none.problem, ContainsSubstring("mpirun --version' gave no answer within 200 ms"));
  CHECK_THAT(none.next_step, ContainsSubstring("by hand") && ContainsSubstring("larger --budget"));
  write_script(folder.path() / "mpiexec", "echo HYDRA build details:");
  CHECK(find_mpi_launcher(folder.path().string(), 0.2).launcher.value().kind == MpiKind::hydra);
}

TEST_CASE("Between nodes each launcher is told how many ranks a node has, and Open MPI what to hand on", "[mpi]") {
  MpiJob const job{.ranks = nodes_ranks(2, 4), .bound = false};
  CHECK(options(MpiKind::open_mpi, job) ==
        Words{"-np", "8", "--map-by", "ppr:4:node:OVERSUBSCRIBE", "--bind-to", "none", "-x", "A"});
  CHECK(options(MpiKind::hydra, job) == Words{"-n", "8", "-ppn", "4", "-bind-to", "none"});
  CHECK(options(MpiKind::intel_mpi, job) == Words{"-n", "8", "-ppn", "4", "-genv", "I_MPI_PIN", "0"});
}

TEST_CASE("What mpirun starts on other nodes waits for no step of Slurm", "[mpi][slurm]") {
  auto const command = mpi_command({"mpirun", MpiKind::hydra, ""}, {.ranks = nodes_ranks(2, 1)}, {{"runner"}, {}});
  CHECK(command.environment.at("SLURM_OVERLAP") == "1");
}

TEST_CASE("Ranks of this node are not told of Slurm, and a step not of the job's tasks", "[mpi][slurm]") {
  auto const is_unwanted = [](MpiKind kind, Ranks const& ranks, char const* name) {
    auto const command = mpi_command({"launcher", kind, ""}, {.ranks = ranks}, {{"runner"}, {}});
    return std::ranges::count(command.without, name) == 1;
  };
  CHECK(is_unwanted(MpiKind::open_mpi, node_ranks(4), "SLURM_"));
  CHECK_FALSE(is_unwanted(MpiKind::open_mpi, nodes_ranks(2, 4), "SLURM_"));
  CHECK_FALSE(is_unwanted(MpiKind::slurm, nodes_ranks(2, 4), "SLURM_"));
  for (auto const* const name : {"SLURM_CPUS_PER_TASK", "SLURM_GPUS_PER_TASK", "SLURM_EXPORT_ENV", "PMIX_RANK"})
    CHECK(is_unwanted(MpiKind::slurm, nodes_ranks(2, 4), name));
}
