// SPDX-License-Identifier: Apache-2.0
#include "probes/link_findings.hpp"

#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace hpcadvise::probes {
namespace {

using profiles::Finding;
using profiles::Sample;
using profiles::Severity;

constexpr double slow_share = 0.5;
constexpr double far_share = 0.8;

double rate_of(Sample const& sample) { return sample.rates.at("bytes_per_s").median; }

std::int64_t message_bytes(Sample const& sample) {
  return profiles::integer_parameter(sample.parameters, "message_bytes").value_or(0);
}

// Pinned copies of the measured device, of the largest message in one direction, the fastest first.
std::vector<Sample const*> pinned_copies(profiles::MachineProfile const& profile, std::string_view direction) {
  std::vector<Sample const*> copies;
  for (Sample const& sample : profile.samples)
    if (is_long_copy(sample) && profiles::text_parameter(sample.parameters, "direction") == direction &&
        !sample.parameters.contains("ordinal"))
      copies.push_back(&sample);
  std::int64_t largest = 0;
  for (auto const* const copy : copies) largest = std::max(largest, message_bytes(*copy));
  std::erase_if(copies, [&](auto const* copy) { return message_bytes(*copy) < largest; });
  std::ranges::stable_sort(copies,
                           [](auto const* left, auto const* right) { return rate_of(*left) > rate_of(*right); });
  return copies;
}

struct Link {
  int generation;
  int lanes;
};

std::optional<Link> link_of(Sample const& sample) {
  auto const& readings = sample.sensors_after;
  auto const generation = readings.find("link_generation");
  auto const lanes = readings.find("link_lanes");
  if (generation == readings.end() || lanes == readings.end()) return std::nullopt;
  return Link{int(generation->second), int(lanes->second)};
}

void add_slow(std::string_view direction, Sample const& best, std::vector<Finding>& findings) {
  auto const link = link_of(best);
  auto const bound = link ? pci_bytes_per_s(link->generation, link->lanes) : std::nullopt;
  if (!bound || best.rates.at("bytes_per_s").high >= slow_share * *bound) return;
  findings.push_back(
      {.kind = "slow_link",
       .severity = Severity::warning,
       .seen = fmt::format("pinned copies {} reach {}, over a link of PCI generation {} with {} lanes", direction,
                           profiles::format_bytes_per_s(rate_of(best)), link->generation, link->lanes),
       .expected =
           fmt::format("more than half of the {} that such a link carries", profiles::format_bytes_per_s(*bound)),
       .cost = "data loading, offload and checkpoints are slower by the same share",
       .next_step = "look for other traffic, for the IOMMU's settings, for a virtual machine; then report it"});
}

std::string node_text(Sample const& sample) {
  return fmt::format("{} from NUMA node {}", profiles::format_bytes_per_s(rate_of(sample)),
                     profiles::integer_parameter(sample.parameters, "numa_node").value_or(0));
}

void add_far(std::string_view direction, std::vector<Sample const*> const& copies, std::vector<Finding>& findings) {
  std::vector<std::string> far;
  for (auto const* const copy : copies)
    if (copy->rates.at("bytes_per_s").high < far_share * copies.front()->rates.at("bytes_per_s").low)
      far.push_back(node_text(*copy));
  if (far.empty()) return;
  findings.push_back(
      {.kind = "far_memory",
       .severity = Severity::note,
       .seen = fmt::format("pinned copies {}: {}; {}", direction, node_text(*copies.front()), fmt::join(far, ", ")),
       .expected = "slower copies where memory is far from the device, as far as it goes",
       .cost = "a process whose memory lies there feeds its device that much more slowly",
       .next_step = "bind each rank to the cores and the memory near its device"});
}

}  // namespace

bool is_long_copy(profiles::Sample const& sample) {
  constexpr std::int64_t long_bytes = std::int64_t{1} << 20;
  return sample.probe == "link" && sample.status == profiles::SampleStatus::ok &&
         sample.rates.contains("bytes_per_s") &&
         profiles::text_parameter(sample.parameters, "memory").value_or("pinned") == "pinned" &&
         message_bytes(sample) >= long_bytes;
}

std::optional<double> pci_bytes_per_s(int generation, int lanes) {
  constexpr std::array lane_bytes_per_s{2.5e9 / 8 * 8 / 10,   5e9 / 8 * 8 / 10,     8e9 / 8 * 128 / 130,
                                        16e9 / 8 * 128 / 130, 32e9 / 8 * 128 / 130, 64e9 / 8 * 236 / 256};
  if (generation < 1 || generation > int(lane_bytes_per_s.size()) || lanes < 1) return std::nullopt;
  return lanes * lane_bytes_per_s[std::size_t(generation - 1)];
}

std::vector<Finding> link_findings(profiles::MachineProfile const& profile) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> directions{
      {{"host_to_device", "to the device"}, {"device_to_host", "from the device"}}};
  std::vector<Finding> findings;
  for (auto const& [name, words] : directions) {
    auto const copies = pinned_copies(profile, name);
    if (copies.empty()) continue;
    add_slow(words, *copies.front(), findings);
    add_far(words, copies, findings);
  }
  return findings;
}

}  // namespace hpcadvise::probes
