// SPDX-License-Identifier: Apache-2.0
#include "probes/discover.hpp"

#include "probes/launch/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;
using profiles::Precision;

namespace {

// A made-up /proc, /sys and /etc below one folder, for two sockets of two cores with two threads each.
struct FakeHost {
  TemporaryFolder folder;
  DiscoveryRoots roots{
      folder.path() / "proc", folder.path() / "sys", folder.path() / "etc",
      "Package:2 NUMANode:1(memory=8GiB) L3:1(size=16MiB) L2:2(size=1MiB) L1:1(size=32KiB) Core:1 PU:2"};

  FakeHost& file(std::string const& name, std::string const& text) {
    auto const path = folder.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return *this;
  }
  profiles::HostSpec discover() const { return discover_host(roots); }
};

constexpr auto epyc =
    "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC 7763 64-Core Processor\n"
    "flags\t\t: fpu sse2 sse4_2 avx fma avx2\n\nprocessor\t: 1\nmodel name\t: second\n";
constexpr auto grace =
    "processor\t: 0\nBogoMIPS\t: 2000.00\nFeatures\t: fp asimd sve sve2 bf16\nCPU implementer\t: 0x41\n"
    "CPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd4f\nCPU revision\t: 0\n";

}  // namespace

TEST_CASE("The shape of a host is counted", "[discover]") {
  auto const host = FakeHost().discover();
  CHECK(host.socket_count == 2);
  CHECK(host.core_count == 4);
  CHECK(host.thread_count == 8);
  CHECK(host.allowed_core_count == 4);
  CHECK(host.allowed_cpus == "0-7");
  REQUIRE(host.numa_nodes.size() == 2);
  CHECK(host.numa_nodes[1].cpus == "4-7");
  CHECK(host.numa_nodes[1].core_count == 2);
  REQUIRE(host.caches.size() == 3);
  CHECK(host.caches[1].level == 2);
  CHECK(host.caches[1].instance_count == 4);
  CHECK(host.caches[1].size_bytes == 1 << 20);
  CHECK(host.caches[2].instance_count == 2);
  CHECK(host.memory_bytes == std::int64_t{16} << 30);
}

TEST_CASE("The kernel's own count of memory is preferred", "[discover]") {
  FakeHost fake;
  fake.file("proc/meminfo", "MemTotal:       33554432 kB\nMemFree:        1 kB\n");
  CHECK(fake.discover().memory_bytes == std::int64_t{32} << 30);
}

TEST_CASE("What the files do not say stays unknown", "[discover]") {
  auto const host = FakeHost().discover();
  CHECK(host.cpu_model.empty());
  CHECK_FALSE(host.hypervisor);
  CHECK_FALSE(host.max_clock_hz);
  CHECK_FALSE(host.cgroup_cpu_limit);
  CHECK_FALSE(host.cgroup_memory_limit_bytes);
  CHECK(host.simd.empty());
  CHECK(host.peak.empty());
}

TEST_CASE("An AMD host: model, vector instructions, names of the system", "[discover]") {
  FakeHost fake;
  fake.file("proc/cpuinfo", epyc)
      .file("proc/sys/kernel/hostname", "nid001\n")
      .file("proc/sys/kernel/osrelease", "5.14.21\n")
      .file("etc/os-release", "NAME=x\nPRETTY_NAME=\"SUSE Linux Enterprise Server 15 SP5\"\n");
  auto const host = fake.discover();
  CHECK(host.cpu_model == "AMD EPYC 7763 64-Core Processor");
  CHECK(host.simd == std::vector<std::string>{"sse2", "sse4_2", "avx", "fma", "avx2"});
  CHECK(host.host_name == "nid001");
  CHECK(host.kernel == "5.14.21");
  CHECK(host.operating_system == "SUSE Linux Enterprise Server 15 SP5");
  CHECK_FALSE(host.hypervisor);
}

TEST_CASE("An Arm host is named by its numbers, its peak by its pipes", "[discover]") {
  FakeHost fake;
  fake.file("proc/cpuinfo", grace);
  auto const host = fake.discover();
  CHECK(host.cpu_model == "Arm Neoverse V2");
  CHECK(host.simd == std::vector<std::string>{"neon", "sve", "sve2"});
  // 4 cores x 6.2e9 Hz x 4 pipes x 2 doubles x 2 flops
  CHECK_THAT(host.peak.at(Precision::fp64).flops_per_s, WithinRel(4 * 6.2e9 * 16));
}

TEST_CASE("A virtual machine says so", "[discover]") {
  FakeHost fake;
  fake.file("proc/cpuinfo", "flags : sse2 hypervisor\n");
  CHECK(fake.discover().hypervisor == "unnamed");
  fake.file("sys/hypervisor/type", "xen\n");
  CHECK(fake.discover().hypervisor == "xen");
}

TEST_CASE("The peak is cores x clock x flops a cycle, and says how", "[discover]") {
  FakeHost fake;
  fake.file("proc/cpuinfo", epyc);
  for (int cpu = 0; cpu < 8; ++cpu) {
    auto const folder = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cpufreq/";
    fake.file(folder + "cpuinfo_max_freq", "3500000\n").file(folder + "scaling_driver", "amd-pstate\n");
  }
  SECTION("with a driver that states the boost") {
    auto const host = fake.discover();
    CHECK(host.max_clock_hz == 3.5e9);
    // 4 cores x 3.5e9 x 2 FMAs of 4 doubles, 8 floats
    CHECK_THAT(host.peak.at(Precision::fp64).flops_per_s, WithinRel(4 * 3.5e9 * 16));
    CHECK_THAT(host.peak.at(Precision::fp32).flops_per_s, WithinRel(4 * 3.5e9 * 32));
    CHECK_THAT(host.peak.at(Precision::fp32).how, ContainsSubstring("4 cores x 3.50 GHz x 32 flops a cycle"));
  }
  SECTION("with one that may state the nominal clock, the bound is that of any processor sold") {
    fake.file("sys/devices/system/cpu/cpu3/cpufreq/scaling_driver", "acpi-cpufreq\n");
    auto const host = fake.discover();
    CHECK_FALSE(host.max_clock_hz);
    CHECK_THAT(host.peak.at(Precision::fp64).flops_per_s, WithinRel(4 * 6.2e9 * 16));
    CHECK_THAT(host.peak.at(Precision::fp64).how, ContainsSubstring("its clock is unknown"));
  }
}

TEST_CASE("This machine can be discovered", "[discover]") {
  auto const host = discover_host();
  CHECK_FALSE(host.host_name.empty());
  CHECK_FALSE(host.architecture.empty());
  CHECK(host.allowed_core_count >= 1);
  CHECK(host.allowed_core_count <= host.core_count);
  CHECK(host.core_count <= host.thread_count);
}
