// SPDX-License-Identifier: Apache-2.0
#include "probes/slow_vendor_blas.hpp"

#include "probes/gemm_probe.hpp"
#include "probes/openblas_core_type.hpp"
#include "probes/providers.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

namespace hpcadvise::probes {
namespace {

using profiles::Rate;
using profiles::Sample;

// Between a library's kernels for this processor and ours lies a tenth (docs/performance.md), and more on a GPU, where
// ours is the slower one. Kernels for an older processor are slower by half (AVX2 in place of AVX-512) to six times
// (SSE3).
constexpr double slow_share = 0.5;
// Intervals hold what the second pass and the sentinel say of noise; one sample may still have met a busy moment.
constexpr std::size_t least_count = 2;

// One shape by both.
struct Contest {
  Sample const* vendor;
  Sample const* portable;
};

Rate const& rate_of(Sample const* sample) { return sample->rates.at("flops_per_s"); }

// The largest that the intervals allow.
double share(Contest const& contest) { return rate_of(contest.vendor).high / rate_of(contest.portable).low; }

double times_slower(Contest const& contest) {
  return rate_of(contest.portable).median / rate_of(contest.vendor).median;
}

bool has_rate(Sample const& sample) {
  auto const rate = sample.rates.find("flops_per_s");
  return sample.probe == "gemm" && sample.status == profiles::SampleStatus::ok && rate != sample.rates.end() &&
         rate->second.low > 0 && !profiles::compares_siblings(sample);
}

// By precision.
using Contests = std::map<std::string, std::vector<Contest>>;

std::map<std::string, Contests> contests_by_library(profiles::MachineProfile const& profile) {
  std::map<profiles::Parameters, Sample const*> portable;
  for (auto const& sample : profile.samples)
    if (has_rate(sample) && sample.provider == "kokkos") portable[sample.parameters] = &sample;
  std::map<std::string, Contests> result;
  for (auto const& sample : profile.samples) {
    if (!has_rate(sample) || !is_vendor_blas(sample.provider)) continue;
    auto const opponent = portable.find(sample.parameters);
    if (opponent == portable.end()) continue;
    auto const precision = profiles::text_parameter(sample.parameters, "precision").value_or("");
    result[sample.provider][precision].push_back({&sample, opponent->second});
  }
  return result;
}

// The one in the middle, of an even number the one where the vendor does better: if that is slow, most are.
Contest middle(std::vector<Contest> contests) {
  std::ranges::stable_sort(contests, {}, share);
  return contests[contests.size() / 2];
}

// The middle of each precision that is slow, the slowest first.
std::vector<Contest> slow_contests(Contests const& contests) {
  std::vector<Contest> slow;
  for (auto const& [precision, of_precision] : contests)
    if (of_precision.size() >= least_count && share(middle(of_precision)) < slow_share)
      slow.push_back(middle(of_precision));
  std::ranges::stable_sort(slow, std::ranges::greater(), times_slower);
  return slow;
}

std::string precision_of(Contest const& contest) {
  return profiles::text_parameter(contest.vendor->parameters, "precision").value_or("");
}

// "73.0 GFLOP/s against 341 GFLOP/s at 1024x1024x1024 in fp32; slow in fp64 too"
std::string told(std::vector<Contest> const& slow) {
  Contest const& worst = slow.front();
  auto text = fmt::format("{} against {} at {} in {}", profiles::format_flops_per_s(rate_of(worst.vendor).median),
                          profiles::format_flops_per_s(rate_of(worst.portable).median),
                          gemm_shape_text(worst.vendor->parameters), precision_of(worst));
  std::vector<std::string> others;
  for (auto contest = slow.begin() + 1; contest != slow.end(); ++contest) others.push_back(precision_of(*contest));
  return others.empty() ? text : fmt::format("{}; slow in {} too", text, fmt::join(others, ", "));
}

std::string next_step(profiles::MachineProfile const& profile, std::string const& library, std::string const& version) {
  auto const core_type = core_type_to_set(profile.host, library, version);
  if (!core_type)
    return "try a newer version or another library (modules, LD_LIBRARY_PATH), and look for variables that hold its "
           "threads or its kernels back";
  auto const& environment = profile.provenance.environment;
  if (auto const set = environment.find("OPENBLAS_CORETYPE"); set != environment.end())
    return fmt::format("OPENBLAS_CORETYPE={} is in force: set it to {}", set->second, *core_type);
  return fmt::format(
      "its kernels are for an older CPU than this one: set OPENBLAS_CORETYPE={} for all programs that use OpenBLAS, or "
      "take version 0.3.25 or newer, which chooses by what the CPU can",
      *core_type);
}

}  // namespace

std::vector<profiles::Finding> slow_vendor_blas(profiles::MachineProfile const& profile) {
  std::vector<profiles::Finding> findings;
  for (auto const& [library, contests] : contests_by_library(profile)) {
    auto const slow = slow_contests(contests);
    if (slow.empty()) continue;
    auto const found = profile.provenance.libraries.find(library);
    auto const version = found != profile.provenance.libraries.end() ? found->second : "";
    findings.push_back({.kind = "slow_vendor_blas",
                        .severity = profiles::Severity::warning,
                        .seen = fmt::format("GEMM by {}{}{} is slower than hpcadvise's own: {}", library,
                                            version.empty() ? "" : " ", version, told(slow)),
                        .expected = "a vendor's library that is as fast, or faster",
                        .cost = fmt::format("what multiplies with this library takes {:.1f} times as long as it could",
                                            times_slower(slow.front())),
                        .next_step = next_step(profile, library, version)});
  }
  return findings;
}

}  // namespace hpcadvise::probes
