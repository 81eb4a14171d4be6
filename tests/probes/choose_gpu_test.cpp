// SPDX-License-Identifier: Apache-2.0

// Which runner measures which of a node's GPUs.

#include "fake_machine.hpp"
#include "probes/choose_runner.hpp"
#include "probes/gpu_node.hpp"
#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using Names = std::vector<std::string>;

namespace {

Accelerator gpu(std::string name, std::string bus_id, std::string architecture = {}) {
  Accelerator device;
  device.name = std::move(name);
  device.pci_bus_id = std::move(bus_id);
  device.architecture = std::move(architecture);
  return device;
}

ChosenRunner choose(Names const& names, RunnerSearch const& search, RunOutcome const& outcome) {
  return choose_runner(names, search, [&](auto const&) { return outcome; });
}

}  // namespace

TEST_CASE("The runner's name follows from the architectures that are there", "[gpu-machine]") {
  CHECK(runner_names("auto", {}, "x86_64") == Names{"hpcadvise-runner-host-x86_64"});
  CHECK(runner_names("auto", {gpu(h100, "a", "sm90")}, "x86_64") ==
        Names{"hpcadvise-runner-cuda-sm90", "hpcadvise-runner-host-x86_64"});
  CHECK(runner_names("hip", {gpu("AMD gfx90a", "a", "gfx90a")}, "x86_64") == Names{"hpcadvise-runner-hip-gfx90a"});
  CHECK(runner_names("host", {gpu(h100, "a", "sm90")}, "aarch64") == Names{"hpcadvise-runner-host-aarch64"});

  SECTION("where nobody says which, all of the vendor are tried") {
    CHECK(runner_names("auto", {gpu(h100, "a")}, "x86_64") ==
          Names{"hpcadvise-runner-cuda-sm80", "hpcadvise-runner-cuda-sm90", "hpcadvise-runner-host-x86_64"});
    CHECK(runner_names("cuda", {}, "x86_64") == Names{"hpcadvise-runner-cuda-sm80", "hpcadvise-runner-cuda-sm90"});
  }
  SECTION("an architecture that no runner is built for leaves the host") {
    CHECK(runner_names("auto", {gpu("Tesla V100", "a", "sm70")}, "x86_64") == Names{"hpcadvise-runner-host-x86_64"});
  }
}

TEST_CASE("A runner that does not answer is passed over with its reason", "[gpu-machine]") {
  TemporaryFolder const folder;
  auto const install = [&](char const* name) {
    auto const file = folder.path() / name;
    std::ofstream(file) << "#!/bin/sh\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  };
  install("second");
  install("third");
  RunnerSearch const search{.override_variable = "", .own_folder = folder.path(), .path = ""};
  auto const chosen = choose_runner({"first", "second", "third"}, search, [](auto const& file) {
    RunOutcome outcome;
    outcome.hello = HelloEvent{};
    if (file.filename() == "second") outcome.lost = "no CUDA-capable device is detected";
    return outcome;
  });
  CHECK(chosen.file.filename() == "third");
  REQUIRE(chosen.refused.size() == 2);
  CHECK_THAT(chosen.refused[0].why, ContainsSubstring("no runner 'first'"));
  CHECK_THAT(chosen.refused[1].why, ContainsSubstring("second: no CUDA-capable device is detected"));

  RunOutcome lost;
  lost.lost = "it ended with exit code 3";
  CHECK_THROWS_WITH(choose({"second", "third"}, search, lost),
                    ContainsSubstring("second: it ended") && ContainsSubstring("third: it ended"));
}

TEST_CASE("A GPU of another kind is no sibling, and one that discovery has not seen is", "[gpu-machine]") {
  HelloEvent hello;
  hello.gpu = profiles::GpuSpec{};
  hello.gpu->pci_bus_id = "c";
  hello.visible_devices = {"a", "b", "c", "d"};
  auto const kinds = visible_kinds(hello, {gpu(h100, "a"), gpu("NVIDIA A2", "b"), gpu(h100, "c")});
  CHECK(kinds.same == std::vector<int>{2, 0, 3});
  REQUIRE(kinds.others.size() == 1);
  CHECK(kinds.others[0].pci_bus_id == "b");
}

TEST_CASE("GPUs of other jobs are nobody's concern while the runner has one of its own", "[gpu-machine]") {
  auto lost = gpu(h100, "b");
  lost.unusable = "NVML says: GPU is lost";
  auto taken = gpu(h100, "c");
  taken.unusable = "NVML says: Insufficient Permissions";
  taken.forbidden = true;
  HelloEvent hello;
  CHECK(devices_in_use(hello, {gpu(h100, "a"), lost, taken}).size() == 3);
  hello.gpu = profiles::GpuSpec{};
  hello.visible_devices = {"a"};
  auto const in_use = devices_in_use(hello, {gpu(h100, "a"), lost, taken, gpu(h100, "d")});
  REQUIRE(in_use.size() == 2);
  CHECK(in_use[0].pci_bus_id == "a");
  CHECK(in_use[1].pci_bus_id == "b");
}

TEST_CASE("A GPU is near the CPUs and network devices that its driver names", "[gpu-machine]") {
  profiles::HostSpec host;
  host.core_count = 4;
  host.thread_count = 8;
  host.allowed_cpus = "0-3";
  host.numa_nodes = {{.index = 1, .core_count = 2, .cpus = "2,3,6,7", .memory_bytes = {}}};
  auto device = gpu(h100, "a");
  device.numa_node = 1;
  device.nics = {"mlx5_1"};
  CHECK(near_cpus(host, {device}, "a") == "2,3,6,7");
  CHECK(core_count_of(host, "2,3,6,7") == 1);  // two of its hardware threads are allowed
  HelloEvent hello;
  add_driver_facts(hello, host, {device});
  CHECK_FALSE(hello.gpu);
  hello.gpu = profiles::GpuSpec{};
  hello.gpu->pci_bus_id = "a";
  hello.visible_devices = {"b", "a"};
  add_driver_facts(hello, host, {device});
  CHECK(hello.gpu->ordinal == 1);
  CHECK(hello.gpu->numa_node == 1);
  CHECK(hello.gpu->nics == std::vector<std::string>{"mlx5_1"});
  device.cpus = "0";
  CHECK(near_cpus(host, {device}, "a") == "0");
  device.cpus = "7";  // not allowed
  CHECK(near_cpus(host, {device}, "a").empty());
  CHECK(near_cpus(host, {device}, "b").empty());
}

TEST_CASE("What a runtime says of its devices becomes what to do", "[gpu-machine]") {
  TemporaryFolder const folder;
  auto const file = folder.path() / "runner";
  std::ofstream(file) << "#!/bin/sh\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  RunnerSearch const search{.override_variable = file.string(), .own_folder = {}, .path = ""};
  auto const advice = [&](char const* words) {
    RunOutcome outcome;
    outcome.lost = words;
    outcome.next_step = "start it by hand";
    try {
      choose({"runner"}, search, outcome);
    } catch (profiles::MachineError const& error) {
      return error.next_step();
    }
    return std::string("nothing was thrown");
  };
  CHECK_THAT(advice("cudaGetDeviceCount: no CUDA-capable device is detected"),
             ContainsSubstring("CUDA_VISIBLE_DEVICES"));
  CHECK_THAT(advice("CUDA driver version is insufficient for CUDA runtime version"),
             ContainsSubstring("no newer than the driver's"));
  CHECK_THAT(advice("all CUDA-capable devices are busy or unavailable"), ContainsSubstring("exclusive mode"));
  CHECK_THAT(advice("error while loading shared libraries: libcuda.so.1"), ContainsSubstring("no NVIDIA driver"));
  CHECK_THAT(advice("operation not permitted"), ContainsSubstring("access to the device files"));
  CHECK(advice("something else") == "start it by hand");
}
