// SPDX-License-Identifier: Apache-2.0
#include "fake_machine.hpp"
#include "probes/choose_runner.hpp"
#include "probes/gpu_node.hpp"
#include "probes/siblings.hpp"
#include "profiles/error.hpp"
#include "profiles/profile_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using profiles::SampleStatus;
using Names = std::vector<std::string>;

namespace {

constexpr char const* h100 = "NVIDIA H100 80GB HBM3";

Accelerator gpu(std::string name, std::string bus_id, std::string architecture = {}) {
  Accelerator device;
  device.name = std::move(name);
  device.pci_bus_id = std::move(bus_id);
  device.architecture = std::move(architecture);
  return device;
}

// As the kernel's driver shows it: device `ordinal` of the fake runner.
void plug_in(FakeMachine& machine, int ordinal, std::string const& name) {
  machine.request.roots.proc = machine.folder.path();
  auto const bus_id = "0000:" + std::to_string(10 + ordinal) + ":00.0";
  auto const folder = machine.folder.path() / "driver/nvidia/gpus" / bus_id;
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "information") << "Model: \t " << name << "\n";
}

std::vector<profiles::Sample> samples_on(profiles::MachineProfile const& profile, int device) {
  std::vector<profiles::Sample> result;
  for (auto const& sample : profile.samples)
    if (profiles::integer_parameter(sample.parameters, "device") == device) result.push_back(sample);
  return result;
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

TEST_CASE("Siblings take the first sample of each probe that fits", "[gpu-machine]") {
  SamplePlan plan;
  for (auto const* const probe : {"gemm", "gemm", "memory", "launch", "collective", "attention"}) {
    SampleRequest request;
    request.id = std::int64_t(plan.requests.size()) + 7;
    request.probe = probe;
    request.expected_s = request.probe == "attention" ? 100 : 1;
    if (request.probe == "collective") request.ranks = node_ranks(4);
    plan.requests.push_back(request);
  }
  auto const siblings = siblings_plan(plan, 4, 6);
  REQUIRE(siblings.requests.size() == 2);
  CHECK(siblings.requests[0].probe == "gemm");
  CHECK(siblings.requests[1].probe == "memory");
  CHECK(siblings.requests[1].id == 1);
  CHECK(profiles::integer_parameter(siblings.requests[0].parameters, "concurrent_devices") == 4);
}

TEST_CASE("A node of four GPUs: one measured in full, all at once for a moment", "[gpu-machine]") {
  FakeMachine machine("gpus:4");
  auto const profile = machine.probe();
  REQUIRE(profile.devices.size() == 4);
  CHECK(profile.devices[0].backend == "cuda");
  CHECK(profile.devices[0].name == h100);
  CHECK(profile.devices[0].gpu->pci_bus_id == "0000:10:00.0");
  CHECK(profile.devices[3].gpu->pci_bus_id == "0000:13:00.0");
  for (int device = 0; device < 4; ++device) CHECK(samples_on(profile, device).size() == 3);
  CHECK(profile.budget.planned == std::int64_t(profile.samples.size()));
  CHECK(profile.budget.measured == profile.budget.planned);
  auto const again = profiles::profile_from_json(profiles::profile_to_json(profile), "x.json");
  CHECK(again.devices[2].gpu->multiprocessor_count == 132);
  CHECK(again.devices[2].gpu->peak.at(profiles::Precision::bf16).flops_per_s == 1.07e15);
}

TEST_CASE("A GPU's plan is for a GPU: bf16, its own memory, no messages of the host", "[gpu-machine]") {
  FakeMachine machine("gpus:1");
  auto const profile = machine.probe();
  bool any_bf16 = false;
  for (auto const& sample : profile.samples) {
    CHECK(sample.probe != "collective");
    auto const precision = profiles::text_parameter(sample.parameters, "precision");
    any_bf16 |= precision == "bf16";
    CHECK(precision != "tf32");  // the fake device's table of peaks lacks it
    CHECK_FALSE(sample.parameters.contains("device"));
  }
  CHECK(any_bf16);
}

TEST_CASE("A link is measured once, to each peer and between these, and not by all GPUs at once", "[gpu-machine]") {
  FakeMachine machine("gpus:3");
  machine.request.only = {"gemm", "link"};
  auto const profile = machine.probe();
  std::vector<std::string> pairs;
  for (auto const& sample : profile.samples) {
    if (sample.probe != "link") continue;
    CHECK_FALSE(sample.parameters.contains("device"));
    auto const own = profiles::integer_parameter(sample.parameters, "ordinal").value_or(0);
    if (auto const peer = profiles::integer_parameter(sample.parameters, "peer"))
      pairs.push_back(std::to_string(own) + " to " + std::to_string(*peer));
  }
  CHECK(pairs == Names{"0 to 1", "0 to 2", "1 to 2"});
}

TEST_CASE("What goes on for half a minute is measured once", "[gpu-machine]") {
  FakeMachine machine("gpus:1");
  machine.request.only = {"sustained"};
  auto const profile = machine.probe();
  REQUIRE(profile.samples.size() == 1);
  CHECK(profile.samples[0].timing->count == 11);
  CHECK(find_finding(profile, "not_repeated") == nullptr);
}

TEST_CASE("A GPU slower than its siblings is named with its place", "[gpu-machine]") {
  FakeMachine machine("gpus:4 slow-device:2");
  auto const profile = machine.probe();
  auto const* const finding = find_finding(profile, "slow_device");
  REQUIRE(finding != nullptr);
  CHECK_THAT(finding->seen, ContainsSubstring("GPU 2 at 0000:12:00.0 gives 800 MFLOP/s"));
  FakeMachine healthy("gpus:4");
  CHECK(find_finding(healthy.probe(), "slow_device") == nullptr);
}

TEST_CASE("Between GPUs of a kind a rank each measures collectives, unbound", "[gpu-machine]") {
  FakeMachine machine("gpus:4 nccl");
  machine.request.rank_count.reset();
  machine.request.only = {"collective"};
  plug_in(machine, 0, h100);
  plug_in(machine, 1, "NVIDIA A2");
  plug_in(machine, 2, h100);
  plug_in(machine, 3, h100);
  auto const profile = machine.probe();
  CHECK(count_of(profile, SampleStatus::ok, "collective") > 10);
  for (auto const& sample : profile.samples) {
    CHECK(sample.provider == "nccl");
    CHECK(profiles::integer_parameter(sample.parameters, "rank_count") == 3);
  }
  CHECK_THAT(machine.mpirun_log(),
             ContainsSubstring("0,2,3: ") && ContainsSubstring("-np 3") && ContainsSubstring("--bind-to none"));
  // The fake runner's 1 GB/s, in its longest all-reduce.
  auto const* const finding = find_finding(profile, "collective_on_tcp");
  REQUIRE(finding != nullptr);
  CHECK_THAT(finding->seen, ContainsSubstring("by nccl between 3 GPUs"));
  CHECK(find_finding(profile, "no_collectives") == nullptr);
}

TEST_CASE("GPUs that make messages wait for their kernels are found out", "[gpu-machine]") {
  for (bool const takes_turns : {false, true}) {
    FakeMachine machine(takes_turns ? "gpus:4 nccl takes-turns" : "gpus:4 nccl");
    machine.request.rank_count.reset();
    machine.request.only = {"overlap"};
    for (int ordinal = 0; ordinal < 4; ++ordinal) plug_in(machine, ordinal, h100);
    auto const profile = machine.probe();
    REQUIRE_FALSE(profile.samples.empty());
    for (auto const& sample : profile.samples) {
      CHECK(sample.status == SampleStatus::ok);
      CHECK(sample.provider == "nccl");
      CHECK(profiles::text_parameter(sample.parameters, "gemm_provider") == "cublaslt");
      CHECK(profiles::integer_parameter(sample.parameters, "rank_count") == 4);
    }
    CHECK((find_finding(profile, "little_overlap") != nullptr) == takes_turns);
  }
}

TEST_CASE("What keeps GPUs from being asked about collectives is said", "[gpu-machine]") {
  auto const seen = [](FakeMachine& machine) {
    auto const profile = machine.probe();
    CHECK(count_of(profile, SampleStatus::ok, "collective") == 0);
    auto const* const finding = find_finding(profile, "no_collectives");
    return finding == nullptr ? std::string() : finding->seen;
  };
  FakeMachine without_library("gpus:2");
  CHECK_THAT(seen(without_library), ContainsSubstring("nccl cannot be used: libnccl.so.2"));
  FakeMachine alone("gpus:1 nccl");
  CHECK(seen(alone).empty());
  alone.request.only = {"collective"};
  CHECK_THROWS_WITH(alone.probe(), ContainsSubstring("one GPU that the runner may use"));
  FakeMachine greedy("gpus:2 nccl");
  greedy.request.rank_count = 3;
  CHECK_THROWS_WITH(greedy.probe(), ContainsSubstring("3 MPI ranks are more than the 2 GPUs"));
}

TEST_CASE("GPUs without an MPI launcher skip their collectives with that reason", "[gpu-machine]") {
  FakeMachine machine("gpus:2 nccl", false);
  auto const profile = machine.probe();
  CHECK(count_of(profile, SampleStatus::skipped, "collective") > 10);
  CHECK_THAT(find_finding(profile, "no_collectives")->seen, ContainsSubstring("no mpirun"));
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
  profiles::GpuSpec spec;
  spec.pci_bus_id = "a";
  add_driver_facts(spec, host, {device});
  CHECK(spec.numa_node == 1);
  CHECK(spec.nics == std::vector<std::string>{"mlx5_1"});
  device.cpus = "0";
  CHECK(near_cpus(host, {device}, "a") == "0");
  device.cpus = "7";  // not allowed
  CHECK(near_cpus(host, {device}, "a").empty());
  CHECK(near_cpus(host, {device}, "b").empty());
}

TEST_CASE("A GPU that falls off the bus costs its own samples and is named", "[gpu-machine]") {
  FakeMachine machine("gpus:3 lost-device:1");
  auto const profile = machine.probe();
  CHECK(profile.devices.size() == 3);
  auto const* const finding = find_finding(profile, "device_lost");
  REQUIRE(finding != nullptr);
  CHECK_THAT(finding->seen, ContainsSubstring("device 1") && ContainsSubstring("GPU is lost"));
  CHECK(count_of(profile, SampleStatus::skipped) == 3);
  for (auto const& sample : samples_on(profile, 2)) CHECK(sample.status == SampleStatus::ok);
  CHECK_FALSE(profile.partial);
}

TEST_CASE("Where the first GPU is lost the next one is measured", "[gpu-machine]") {
  FakeMachine machine("gpus:3 lost-device:0");
  for (int ordinal : {0, 1, 2}) plug_in(machine, ordinal, h100);
  auto const profile = machine.probe();
  CHECK(profile.devices.at(0).gpu->pci_bus_id == "0000:11:00.0");
  CHECK(count_of(profile, SampleStatus::ok, "gemm") > 10);
  auto const* const finding = find_finding(profile, "device_lost");
  REQUIRE(finding != nullptr);
  CHECK_THAT(finding->seen, ContainsSubstring("GPU is lost"));
}

TEST_CASE("A lost GPU is found before the GPUs talk to each other, and costs their collectives alone",
          "[gpu-machine]") {
  FakeMachine machine("gpus:3 nccl lost-device:2");
  auto const profile = machine.probe();
  CHECK_FALSE(profile.partial);
  CHECK(find_finding(profile, "device_lost") != nullptr);
  CHECK(find_finding(profile, "runner_lost") == nullptr);
  CHECK(count_of(profile, SampleStatus::ok, "collective") == 0);
  CHECK(count_of(profile, SampleStatus::skipped, "collective") > 0);
  CHECK(samples_on(profile, 1).size() == 3);
}

TEST_CASE("A GPU that had no time left is not called lost", "[gpu-machine]") {
  FakeMachine machine("gpus:2 hang:1");
  machine.request.budget_s = 12;
  auto const profile = machine.probe();
  CHECK(find_finding(profile, "device_lost") == nullptr);
  CHECK(find_finding(profile, "budget_spent") != nullptr);
}

TEST_CASE("Probes that compare no siblings, and small budgets, keep their time for one GPU", "[gpu-machine]") {
  FakeMachine machine("gpus:4");
  machine.request.only = {"launch"};
  CHECK(machine.probe().devices.size() == 1);
  machine.request.only = {};
  machine.request.budget_s = 7;
  auto const profile = machine.probe();
  CHECK(profile.devices.size() == 1);
  CHECK(profile.budget.measured > 0);
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

TEST_CASE("A node with GPUs of two kinds measures one of them and says so", "[gpu-machine]") {
  FakeMachine machine("gpus:2");
  plug_in(machine, 0, h100);
  plug_in(machine, 1, "NVIDIA A2");
  auto const profile = machine.probe();
  CHECK(profile.devices.size() == 1);
  auto const* const finding = find_finding(profile, "mixed_devices");
  REQUIRE(finding != nullptr);
  CHECK_THAT(finding->seen, ContainsSubstring("1 x NVIDIA A2"));
}

TEST_CASE("A node whose GPUs no runner can measure is measured as a host, and says why", "[gpu-machine]") {
  FakeMachine machine("");
  plug_in(machine, 0, h100);
  // A synthetic host has no architecture.
  std::filesystem::create_symlink(HPCADVISE_FAKE_RUNNER, machine.folder.path() / runner_name("host", ""));
  machine.request.runners = {.override_variable = "", .own_folder = machine.folder.path(), .path = ""};
  machine.request.only = {"gemm"};
  auto const profile = machine.probe();
  CHECK(profile.devices.at(0).backend == "host");
  auto const* const finding = find_finding(profile, "devices_not_measured");
  REQUIRE(finding != nullptr);
  CHECK_THAT(finding->seen, ContainsSubstring("1 x NVIDIA H100 80GB HBM3") &&
                                ContainsSubstring("no runner 'hpcadvise-runner-cuda-sm80'"));

  SECTION("what was asked for by name is not replaced") {
    machine.request.backend = "cuda";
    CHECK_THROWS_AS(machine.probe(), profiles::MachineError);
  }
}

TEST_CASE("A runner of another backend than asked for is refused", "[gpu-machine]") {
  FakeMachine machine("");
  machine.request.backend = "hip";
  CHECK_THROWS_WITH(machine.probe(), ContainsSubstring("by the backend host, not hip"));
}

TEST_CASE("Every sample of a GPU that crashes its runner is lost alone", "[gpu-machine]") {
  FakeMachine machine("gpus:1 crash:3");
  machine.request.only = {"memory"};
  auto const profile = machine.probe();
  CHECK(count_of(profile, SampleStatus::crashed) == 1);
  CHECK(count_of(profile, SampleStatus::ok) > 3);
}
