// SPDX-License-Identifier: Apache-2.0
#include "fake_machine.hpp"
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

std::vector<profiles::Sample> samples_on(profiles::MachineProfile const& profile, int device) {
  std::vector<profiles::Sample> result;
  for (auto const& sample : profile.samples)
    if (profiles::integer_parameter(sample.parameters, "device") == device) result.push_back(sample);
  return result;
}

}  // namespace

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
