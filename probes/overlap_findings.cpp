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
constexpr std::array<std::string_view, 3> blocking_variables{"CUDA_LAUNCH_BLOCKING", "HIP_LAUNCH_BLOCKING",
                                                             "AMD_SERIALIZE_KERNEL"};

// In force while it was measured; empty: none.
std::string_view blocking_variable(profiles::MachineProfile const& profile) {
  for (auto const variable : blocking_variables) {
    auto const found = profile.provenance.environment.find(std::string(variable));
    if (found != profile.provenance.environment.end() && !found->second.empty() && found->second != "0")
      return variable;
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
  auto const blocking = blocking_variable(profile);
  std::vector<profiles::Finding> findings;
  findings.reserve(worst.size());
  for (auto const& [provider, sample] : worst) {
    auto const operation = profiles::text_parameter(sample->parameters, "operation").value_or("collective");
    auto const bytes = profiles::number_parameter(sample->parameters, "message_bytes").value_or(0);
    findings.push_back(
        {.kind = "little_overlap",
         .severity = profiles::Severity::warning,
         .seen = fmt::format("{} of {} by {} hid {} of its time under multiplications{}", operation,
                             profiles::format_bytes(bytes), provider,
                             profiles::format_ratio_as_percent(sample->rates.at("hidden_share").median),
                             blocking.empty() ? "" : fmt::format(", with {} in force", blocking)),
         .expected = "more than half: a collective waits for links, not for multiprocessors",
         .cost = "a step of data parallelism or FSDP waits for its communication, which frameworks mean to hide",
         .next_step =
             blocking.empty()
                 ? "try fewer channels (NCCL_MAX_NCHANNELS), which leave more multiprocessors; on AMD more queues "
                   "(GPU_MAX_HW_QUEUES)"
                 : fmt::format("unset {}, with which the host waits for every kernel", blocking)});
  }
  return findings;
}

}  // namespace hpcadvise::probes
