// SPDX-License-Identifier: Apache-2.0
#include "probes/overlap_findings.hpp"

#include "profiles/units.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <string>
#include <string_view>

namespace hpcadvise::probes {
namespace {

using profiles::Sample;

constexpr double little = 0.5;
constexpr std::int64_t long_message_bytes = std::int64_t{64} << 20;

// Each makes the host wait for every kernel.
constexpr std::array<std::string_view, 2> blocking_variables{"CUDA_LAUNCH_BLOCKING", "HIP_LAUNCH_BLOCKING"};

std::string blocking_text(profiles::MachineProfile const& profile) {
  for (auto const variable : blocking_variables) {
    auto const found = profile.provenance.environment.find(std::string(variable));
    if (found != profile.provenance.environment.end() && found->second == "1")
      return fmt::format("; {}=1 was in force", variable);
  }
  return "";
}

bool is_judged(Sample const& sample) {
  return sample.probe == "overlap" && sample.status == profiles::SampleStatus::ok && sample.provider != "mpi" &&
         sample.rates.contains("hidden_share") &&
         profiles::integer_parameter(sample.parameters, "message_bytes").value_or(0) >= long_message_bytes;
}

double share_of(Sample const& sample) { return sample.rates.at("hidden_share").high; }

}  // namespace

std::vector<profiles::Finding> overlap_findings(profiles::MachineProfile const& profile) {
  std::map<std::string, Sample const*> worst;
  for (Sample const& sample : profile.samples) {
    if (!is_judged(sample) || share_of(sample) >= little) continue;
    auto& found = worst[sample.provider];
    if (found == nullptr || share_of(sample) < share_of(*found)) found = &sample;
  }
  std::vector<profiles::Finding> findings;
  findings.reserve(worst.size());
  for (auto const& [provider, sample] : worst)
    findings.push_back(
        {.kind = "little_overlap",
         .severity = profiles::Severity::warning,
         .seen = fmt::format("{} hid {} of its time under multiplications{}", sample_key(*sample),
                             profiles::format_ratio_as_percent(sample->rates.at("hidden_share").median),
                             blocking_text(profile)),
         .expected = "more than half: a collective waits for links, not for multiprocessors",
         .cost = "a step of data parallelism or FSDP waits for its communication, which frameworks mean to hide",
         .next_step =
             "unset CUDA_LAUNCH_BLOCKING, HIP_LAUNCH_BLOCKING and AMD_SERIALIZE_KERNEL; try fewer channels "
             "(NCCL_MAX_NCHANNELS), which leave more multiprocessors; on AMD more queues (GPU_MAX_HW_QUEUES)"});
  return findings;
}

}  // namespace hpcadvise::probes
