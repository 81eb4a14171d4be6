// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/cgroup_limits.hpp"

#include "probes/launch/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>

using namespace hpcadvise::probes;

namespace {

struct FakeGroups {
  TemporaryFolder folder;
  DiscoveryRoots roots{folder.path() / "proc", folder.path() / "sys", folder.path() / "etc", ""};

  void file(std::string const& name, std::string const& text) {
    auto const path = folder.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text << "\n";
  }
};

}  // namespace

TEST_CASE("Without control groups there are no limits", "[cgroup]") {
  FakeGroups const fake;
  CHECK_FALSE(read_cgroup_limits(fake.roots).cpu_cores);
  CHECK_FALSE(read_cgroup_limits(fake.roots).memory_bytes);
}

TEST_CASE("Version 2: the tightest from the group up to the top counts", "[cgroup]") {
  FakeGroups fake;
  fake.file("proc/self/cgroup", "0::/job/step");
  fake.file("sys/fs/cgroup/job/step/cpu.max", "max 100000");
  fake.file("sys/fs/cgroup/job/step/memory.max", "4294967296");
  fake.file("sys/fs/cgroup/job/cpu.max", "150000 100000");
  fake.file("sys/fs/cgroup/job/memory.max", "8589934592");
  auto const limits = read_cgroup_limits(fake.roots);
  CHECK(limits.cpu_cores == 1.5);
  CHECK(limits.memory_bytes == std::int64_t{4} << 30);
}

TEST_CASE("Version 2: 'max' is no limit", "[cgroup]") {
  FakeGroups fake;
  fake.file("proc/self/cgroup", "0::/");
  fake.file("sys/fs/cgroup/cpu.max", "max 100000");
  fake.file("sys/fs/cgroup/memory.max", "max");
  CHECK_FALSE(read_cgroup_limits(fake.roots).cpu_cores);
  CHECK_FALSE(read_cgroup_limits(fake.roots).memory_bytes);
}

TEST_CASE("Version 1: each controller has its own tree", "[cgroup]") {
  FakeGroups fake;
  fake.file("proc/self/cgroup", "4:memory:/slurm/job\n2:cpu,cpuacct:/slurm/job\n0::/");
  fake.file("sys/fs/cgroup/cpu,cpuacct/slurm/job/cpu.cfs_quota_us", "400000");
  fake.file("sys/fs/cgroup/cpu,cpuacct/slurm/job/cpu.cfs_period_us", "100000");
  fake.file("sys/fs/cgroup/memory/slurm/job/memory.limit_in_bytes", "1073741824");
  auto const limits = read_cgroup_limits(fake.roots);
  CHECK(limits.cpu_cores == 4.0);
  CHECK(limits.memory_bytes == std::int64_t{1} << 30);
}

TEST_CASE("Version 1: a quota of -1 and a limit of all memory there can be are none", "[cgroup]") {
  FakeGroups fake;
  fake.file("proc/self/cgroup", "2:cpu:/\n4:memory:/");
  fake.file("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1");
  fake.file("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
  fake.file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
  CHECK_FALSE(read_cgroup_limits(fake.roots).cpu_cores);
  CHECK_FALSE(read_cgroup_limits(fake.roots).memory_bytes);
}

TEST_CASE("In a container the group's path is that of outside: the mount's top counts", "[cgroup]") {
  FakeGroups fake;
  fake.file("proc/self/cgroup", "4:memory:/docker/0123");
  fake.file("sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912");
  CHECK(read_cgroup_limits(fake.roots).memory_bytes == 512 << 20);
}

TEST_CASE("Nonsense in these files is no limit", "[cgroup]") {
  FakeGroups fake;
  fake.file("proc/self/cgroup", "garbage\n0::/\n7");
  fake.file("sys/fs/cgroup/cpu.max", "much");
  fake.file("sys/fs/cgroup/memory.max", "-5");
  CHECK_FALSE(read_cgroup_limits(fake.roots).cpu_cores);
  CHECK_FALSE(read_cgroup_limits(fake.roots).memory_bytes);
}

TEST_CASE("Version 2: what is left is limit less use, cached files counted as free, and a parent may leave less",
          "[cgroup]") {
  FakeGroups fake;
  fake.file("proc/self/cgroup", "0::/job/step");
  fake.file("sys/fs/cgroup/job/step/memory.max", "1000");
  fake.file("sys/fs/cgroup/job/step/memory.current", "900");
  fake.file("sys/fs/cgroup/job/step/memory.stat", "anon 50\ninactive_file 800\nactive_file 50");
  CHECK(read_cgroup_limits(fake.roots).memory_available_bytes == 900);
  fake.file("sys/fs/cgroup/job/memory.max", "2000");
  fake.file("sys/fs/cgroup/job/memory.current", "1800");
  fake.file("sys/fs/cgroup/job/memory.stat", "inactive_file 100");
  CHECK(read_cgroup_limits(fake.roots).memory_available_bytes == 300);
  CHECK(read_cgroup_limits(fake.roots).memory_bytes == 1000);
}

TEST_CASE("Version 1: what is left counts the cached files of the groups below too", "[cgroup]") {
  FakeGroups fake;
  fake.file("proc/self/cgroup", "4:memory:/slurm");
  fake.file("sys/fs/cgroup/memory/slurm/memory.limit_in_bytes", "1000");
  fake.file("sys/fs/cgroup/memory/slurm/memory.usage_in_bytes", "900");
  fake.file("sys/fs/cgroup/memory/slurm/memory.stat", "inactive_file 1\ntotal_inactive_file 500");
  CHECK(read_cgroup_limits(fake.roots).memory_available_bytes == 600);
}

TEST_CASE("A group over its limit leaves nothing, not less", "[cgroup]") {
  FakeGroups fake;
  fake.file("proc/self/cgroup", "0::/");
  fake.file("sys/fs/cgroup/memory.max", "1000");
  fake.file("sys/fs/cgroup/memory.current", "1100");
  CHECK(read_cgroup_limits(fake.roots).memory_available_bytes == 0);
}
