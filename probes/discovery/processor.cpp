// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/processor.hpp"

#include "probes/discovery/arm_cores.hpp"
#include "probes/discovery/cpu_list.hpp"
#include "probes/discovery/cpuid.hpp"
#include "probes/discovery/fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <string_view>

namespace hpcadvise::probes {
namespace {

struct SimdName {
  std::string_view flag;  // in /proc/cpuinfo
  std::string_view name;  // in a profile
};
constexpr std::array simd_names{
    SimdName{"sse2", "sse2"},
    SimdName{"sse4_2", "sse4_2"},
    SimdName{"avx", "avx"},
    SimdName{"fma", "fma"},
    SimdName{"avx2", "avx2"},
    SimdName{"avx512f", "avx512f"},
    SimdName{"avx512vl", "avx512vl"},
    SimdName{"avx512_bf16", "avx512_bf16"},
    SimdName{"avx512_fp16", "avx512_fp16"},
    SimdName{"amx_bf16", "amx_bf16"},
    SimdName{"asimd", "neon"},
    SimdName{"sve", "sve"},
    SimdName{"sve2", "sve2"},
};

std::vector<std::string> simd_of(std::string const& flags) {
  std::vector<std::string> words;
  std::istringstream stream(flags);
  for (std::string word; stream >> word;) words.push_back(word);
  std::vector<std::string> result;
  for (auto const& row : simd_names)
    if (std::find(words.begin(), words.end(), row.flag) != words.end()) result.emplace_back(row.name);
  return result;
}

// Drivers whose cpuinfo_max_freq counts the boost in. acpi-cpufreq is not one: there it may be the nominal clock.
bool states_highest_clock(std::string const& driver) {
  constexpr std::array<std::string_view, 5> drivers{"intel_pstate", "intel_cpufreq", "amd-pstate", "amd-pstate-epp",
                                                    "cppc_cpufreq"};
  return std::find(drivers.begin(), drivers.end(), driver) != drivers.end();
}

std::optional<double> cpufreq_clock_hz(DiscoveryRoots const& roots, std::string const& allowed_cpus) {
  std::optional<double> highest_hz;
  for (int const cpu : parse_cpu_list(allowed_cpus)) {
    auto const folder = roots.sys / "devices/system/cpu" / ("cpu" + std::to_string(cpu)) / "cpufreq";
    if (!states_highest_clock(read_small_file(folder / "scaling_driver").value_or(""))) return std::nullopt;
    auto const text = read_small_file(folder / "cpuinfo_max_freq").value_or("");
    double khz = 0;
    std::from_chars(text.data(), text.data() + text.size(), khz);
    if (!(khz > 0)) return std::nullopt;
    highest_hz = std::max(highest_hz.value_or(0), khz * 1e3);
  }
  return highest_hz;
}

std::optional<std::string> hypervisor_of(DiscoveryRoots const& roots, std::string const& flags) {
  bool const flagged = (" " + flags + " ").find(" hypervisor ") != std::string::npos;
  if (flagged && roots.is_this_machine())
    if (auto const vendor = cpuid_hypervisor()) return vendor;
  if (auto const type = read_small_file(roots.sys / "hypervisor/type")) return type;
  if (flagged) return "unnamed";
  return std::nullopt;
}

}  // namespace

void add_processor(DiscoveryRoots const& roots, profiles::HostSpec& host) {
  // Of the first processor: "model name : AMD EPYC".
  Fields const fields = parse_fields(read_small_file(roots.proc / "cpuinfo").value_or(""), ':');
  std::string flags = field(fields, "flags");
  if (flags.empty()) flags = field(fields, "Features");  // Arm
  host.simd = simd_of(flags);
  host.cpu_model = field(fields, "model name");
  if (host.cpu_model.empty())
    if (auto const* const core = find_arm_core(field(fields, "CPU implementer"), field(fields, "CPU part")))
      host.cpu_model = core->name;
  host.hypervisor = hypervisor_of(roots, flags);
  host.max_clock_hz = cpufreq_clock_hz(roots, host.allowed_cpus);
  // A hypervisor may say anything there.
  if (!host.max_clock_hz && !host.hypervisor && roots.is_this_machine()) host.max_clock_hz = cpuid_max_clock_hz();
}

}  // namespace hpcadvise::probes
