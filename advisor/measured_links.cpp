// SPDX-License-Identifier: Apache-2.0
#include "advisor/measured_links.hpp"

#include "advisor/link_fit.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace hpcadvise::advisor {
namespace {

using profiles::Sample;

constexpr double long_message_bytes = 16 * 1024 * 1024;
constexpr std::string_view vendors_libraries[] = {"nccl", "rccl"};

// Which ranks took the samples.
struct Place {
  std::string_view placement;
  std::int64_t rank_count;
  std::optional<std::int64_t> ranks_a_node{};
};

// The time of each message size, and its rate on the bus.
struct MeasuredMessage {
  double time_s;
  double bus_bytes_per_s;
};
using MeasuredMessages = std::map<std::int64_t, MeasuredMessage>;

bool is_measured(Sample const& sample, std::string_view provider) {
  return sample.probe == "collective" && sample.provider == provider && sample.status == profiles::SampleStatus::ok &&
         sample.timing && sample.timing->median_s > 0;
}

bool is_in(Sample const& sample, Place const& place) {
  return profiles::text_parameter(sample.parameters, "placement") == place.placement &&
         profiles::integer_parameter(sample.parameters, "rank_count") == place.rank_count &&
         profiles::integer_parameter(sample.parameters, "ranks_a_node") == place.ranks_a_node;
}

MeasuredMessages messages_in(profiles::MachineProfile const& profile, std::string_view provider,
                             std::string_view operation, Place const& place) {
  MeasuredMessages result;
  for (Sample const& sample : profile.samples) {
    if (!is_measured(sample, provider) || !is_in(sample, place) ||
        profiles::text_parameter(sample.parameters, "operation") != operation)
      continue;
    auto const bytes = profiles::integer_parameter(sample.parameters, "message_bytes");
    auto const rate = sample.rates.find("bus_bytes_per_s");
    if (bytes && *bytes > 0 && rate != sample.rates.end())
      result[*bytes] = {sample.timing->median_s, rate->second.median};
  }
  return result;
}

std::optional<LinkFit> fit_of(MeasuredMessages const& all_reduces, std::int64_t rank_count) {
  std::vector<TimedMessage> messages;
  for (auto const& [bytes, measured] : all_reduces) messages.push_back({double(bytes), measured.time_s});
  return fit_link(messages, rank_count);
}

LinkRates link_from(LinkFit const& fit, profiles::MachineProfile const& profile, std::string_view provider) {
  return {.bytes_per_s_per_device = fit.bytes_per_s,
          .latency_s = fit.latency_s,
          .half_rate_bytes = fit.half_rate_bytes,
          .gather_share = 1,
          .ramp_exponent = fit.ramp_exponent,
          .origin = profiles::Origin::measured,
          .source = fmt::format("profile '{}', all-reduce of {}", profile.name, provider)};
}

std::string no_fit(std::string_view link, std::size_t size_count, std::string_view provider) {
  return fmt::format("{}: as described; {} measured by {} are too few, or follow no curve that could stand for them",
                     link, profiles::format_counted(size_count, "size of an all-reduce", "sizes of an all-reduce"),
                     provider);
}

// What the others reach of an all-reduce's rate, at the longest message that both were measured at.
std::optional<double> gather_share(MeasuredMessages const& all_reduces, MeasuredMessages const& all_gathers) {
  std::optional<double> share;
  for (auto const& [bytes, gather] : all_gathers)
    if (auto const reduce = all_reduces.find(bytes);
        reduce != all_reduces.end() && double(bytes) >= long_message_bytes && reduce->second.bus_bytes_per_s > 0)
      share = gather.bus_bytes_per_s / reduce->second.bus_bytes_per_s;
  return share;
}

MeasuredLink link_in(profiles::MachineProfile const& profile, Place const& place, std::string_view name) {
  for (auto const provider : vendors_libraries) {
    auto const all_reduces = messages_in(profile, provider, "all_reduce", place);
    if (all_reduces.empty()) continue;
    auto const fit = fit_of(all_reduces, place.rank_count);
    if (!fit) return {std::nullopt, no_fit(name, all_reduces.size(), provider)};
    auto link = link_from(*fit, profile, provider);
    link.gather_share = gather_share(all_reduces, messages_in(profile, provider, "all_gather", place)).value_or(1);
    auto note = fmt::format("{}: all-reduces of {} by {}, {} a device; fitted within {}", name,
                            profiles::format_counted(all_reduces.size(), "size"), provider,
                            profiles::format_bytes_per_s(link.bytes_per_s_per_device),
                            profiles::format_ratio_as_percent(fit->residual));
    return {std::move(link), std::move(note)};
  }
  return {};
}

// The most ranks of the library on several nodes, so many on each; 0: there were none.
std::int64_t most_ranks(profiles::MachineProfile const& profile, std::string_view provider, std::int64_t ranks_a_node) {
  std::int64_t most = 0;
  for (Sample const& sample : profile.samples)
    if (auto const count = profiles::integer_parameter(sample.parameters, "rank_count").value_or(0);
        is_measured(sample, provider) && is_in(sample, {"nodes", count, ranks_a_node}))
      most = std::max(most, count);
  return most;
}

}  // namespace

MeasuredLink measured_node_link(profiles::MachineProfile const& profile, std::int64_t device_count) {
  return link_in(profile, {"node", device_count}, "links in the node");
}

MeasuredLink measured_module_link(profiles::MachineProfile const& profile, std::int64_t device_count) {
  return link_in(profile, {"module", device_count}, "link in a module");
}

MeasuredLink measured_network(profiles::MachineProfile const& profile, std::int64_t devices_per_node) {
  for (auto const provider : vendors_libraries) {
    auto const rank_count = most_ranks(profile, provider, devices_per_node);
    auto const all_reduces = messages_in(profile, provider, "all_reduce", {"nodes", rank_count, devices_per_node});
    if (all_reduces.empty()) continue;
    auto const together = fit_of(all_reduces, rank_count);
    if (!together) return {std::nullopt, no_fit("network", all_reduces.size(), provider)};
    auto const node_count = rank_count / devices_per_node;
    auto const alone = devices_per_node == 1
                           ? std::nullopt
                           : fit_of(messages_in(profile, provider, "all_reduce", {"nodes", node_count, 1}), node_count);

    auto link = link_from(*together, profile, provider);
    link.bytes_per_s_per_device /= double(devices_per_node);
    if (alone) link.bytes_per_s_per_device = std::min(link.bytes_per_s_per_device, alone->bytes_per_s);
    link.latency_s = (alone ? alone->latency_s : together->latency_s) / double(node_count);
    auto note = fmt::format("network: all-reduces of {} by {} over {} nodes, {} a device where all of a node take part",
                            profiles::format_counted(all_reduces.size(), "size"), provider, node_count,
                            profiles::format_bytes_per_s(link.bytes_per_s_per_device));
    if (alone) note += fmt::format(" ({} alone)", profiles::format_bytes_per_s(alone->bytes_per_s));
    note += fmt::format("; fitted within {}; more nodes are an extrapolation",
                        profiles::format_ratio_as_percent(together->residual));
    return {std::move(link), std::move(note)};
  }
  return {};
}

}  // namespace hpcadvise::advisor
