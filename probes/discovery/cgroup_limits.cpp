// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/cgroup_limits.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::probes {
namespace {

namespace fs = std::filesystem;

// A version 1 group without a limit shows the largest multiple of a page; no machine has as much.
constexpr double no_memory_limit_bytes = 0x1p60;

std::optional<double> positive_number(std::string const& text) {
  std::istringstream stream(text);
  double value = 0;
  if (stream >> value && value > 0) return value;
  return std::nullopt;
}

std::optional<double> number_in(fs::path const& file) {
  auto const text = read_small_file(file);
  return text ? positive_number(*text) : std::nullopt;
}

void tighten(std::optional<double>& limit, std::optional<double> other) {
  if (other) limit = limit ? std::min(*limit, *other) : *other;
}

// Of memory.stat: "inactive_file 4096".
double statistic(fs::path const& file, std::string_view name) {
  std::istringstream words(read_small_file(file).value_or(""));
  std::string key;
  double value = 0;
  while (words >> key >> value)
    if (key == name) return value;
  return 0;
}

struct Limits {
  std::optional<double> cpu_cores;
  std::optional<double> memory_bytes;
  std::optional<double> memory_available_bytes;

  void add_memory(double limit_bytes, double used_bytes, double inactive_file_bytes) {
    tighten(memory_bytes, limit_bytes);
    tighten(memory_available_bytes, std::clamp(limit_bytes - used_bytes + inactive_file_bytes, 0.0, limit_bytes));
  }
};

std::optional<std::int64_t> whole(std::optional<double> bytes) {
  return bytes ? std::optional(static_cast<std::int64_t>(*bytes)) : std::nullopt;
}

// "max 100000" or "150000 100000": microseconds of CPU time in each period.
void add_version_2(fs::path const& group, Limits& limits) {
  if (auto const text = read_small_file(group / "cpu.max")) {
    std::istringstream stream(*text);
    double quota_us = 0;
    double period_us = 0;
    if (stream >> quota_us >> period_us && quota_us > 0 && period_us > 0)
      tighten(limits.cpu_cores, quota_us / period_us);
  }
  if (auto const bytes = number_in(group / "memory.max"))
    limits.add_memory(*bytes, number_in(group / "memory.current").value_or(0),
                      statistic(group / "memory.stat", "inactive_file"));
}

void add_version_1(fs::path const& group, Limits& limits) {
  auto const quota_us = number_in(group / "cpu.cfs_quota_us");  // -1: none
  auto const period_us = number_in(group / "cpu.cfs_period_us");
  if (quota_us && period_us) tighten(limits.cpu_cores, *quota_us / *period_us);
  if (auto const bytes = number_in(group / "memory.limit_in_bytes"); bytes && *bytes < no_memory_limit_bytes)
    limits.add_memory(*bytes, number_in(group / "memory.usage_in_bytes").value_or(0),
                      statistic(group / "memory.stat", "total_inactive_file"));
}

// From the group up to the mount. A container may show a path that exists only outside it: then its own group is
// what is mounted at the top.
template <class Add>
void walk_up(fs::path const& mount, std::string_view path, Limits& limits, Add add) {
  for (fs::path group = fs::path(path).relative_path(); !group.empty(); group = group.parent_path())
    add(mount / group, limits);
  add(mount, limits);
}

}  // namespace

CgroupLimits read_cgroup_limits(DiscoveryRoots const& roots) {
  Limits limits;
  fs::path const mounts = roots.sys / "fs/cgroup";
  std::istringstream groups(read_small_file(roots.proc / "self/cgroup").value_or(""));
  // "4:memory:/a/b", "1:cpu,cpuacct:/a", "0::/a" (version 2)
  for (std::string line; std::getline(groups, line);) {
    auto const first = line.find(':');
    if (first == std::string::npos) continue;
    auto const second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    std::string const controllers = line.substr(first + 1, second - first - 1);
    std::string const path = line.substr(second + 1);
    if (controllers.empty()) {
      walk_up(mounts, path, limits, add_version_2);
      walk_up(mounts / "unified", path, limits, add_version_2);
    } else {
      walk_up(mounts / controllers, path, limits, add_version_1);
    }
  }
  return {limits.cpu_cores, whole(limits.memory_bytes), whole(limits.memory_available_bytes)};
}

}  // namespace hpcadvise::probes
