// SPDX-License-Identifier: Apache-2.0
#include "probes/collective_findings.hpp"

#include "probes/providers.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::probes {
namespace {

using profiles::Finding;
using profiles::Sample;

// Shorter ones say more of latency than of links.
constexpr std::int64_t long_message_bytes = std::int64_t{16} << 20;

std::string lower_case_value(profiles::MachineProfile const& profile, std::string const& variable) {
  auto const found = profile.provenance.environment.find(variable);
  std::string value = found == profile.provenance.environment.end() ? "" : found->second;
  std::ranges::transform(value, value.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return value;
}

std::int64_t message_bytes(Sample const& sample) {
  return profiles::integer_parameter(sample.parameters, "message_bytes").value_or(0);
}

bool is_vendors(Sample const& sample) { return sample.provider == "nccl" || sample.provider == "rccl"; }
bool is_mpis(Sample const& sample) { return sample.provider == "mpi" || sample.provider == "mpi_device"; }

// Null where none is long enough.
Sample const* longest(profiles::MachineProfile const& profile, bool (*is_of_provider)(Sample const&),
                      std::string_view operation, std::string_view placement) {
  Sample const* result = nullptr;
  for (auto const& sample : profile.samples) {
    if (sample.probe != "collective" || !is_of_provider(sample) || sample.status != profiles::SampleStatus::ok ||
        !sample.rates.contains("bus_bytes_per_s") ||
        profiles::text_parameter(sample.parameters, "operation") != operation ||
        profiles::text_parameter(sample.parameters, "placement") != placement ||
        message_bytes(sample) < std::max(long_message_bytes, result != nullptr ? message_bytes(*result) + 1 : 0))
      continue;
    result = &sample;
  }
  return result;
}

bool is_as_slow_as_sockets(Sample const* sample) {
  return sample != nullptr && sample->rates.at("bus_bytes_per_s").high < socket_bytes_per_s;
}

Finding on_tcp(std::string seen, std::string expected, std::string next_step) {
  return {.kind = "collective_on_tcp",
          .severity = profiles::Severity::warning,
          .seen = std::move(seen),
          .expected = std::move(expected),
          .cost = "gradients and activations travel tens of times slower: most of a step may be waiting",
          .next_step = std::move(next_step)};
}

std::string seen_rate(Sample const& sample, std::string_view between) {
  return fmt::format("{} of {} by {} between {}: {} on the bus, as slow as sockets",
                     profiles::text_parameter(sample.parameters, "operation").value_or(""),
                     profiles::format_bytes(double(message_bytes(sample))), sample.provider, between,
                     profiles::format_bytes_per_s(sample.rates.at("bus_bytes_per_s").median));
}

void add_slow_inside(profiles::MachineProfile const& profile, std::vector<Finding>& findings) {
  auto const* const sample = longest(profile, is_vendors, "all_reduce", "node");
  if (!is_as_slow_as_sockets(sample)) return;
  auto const gpus =
      fmt::format("{} GPUs of this node", profiles::integer_parameter(sample->parameters, "rank_count").value_or(0));
  findings.push_back(
      on_tcp(seen_rate(*sample, gpus),
             fmt::format("more than {}, which even eight lanes of PCI exceed several times",
                         profiles::format_bytes_per_s(socket_bytes_per_s)),
             "NCCL_DEBUG=INFO says which way it takes (P2P, SHM or NET/Socket); in a container look for --ipc=host, a "
             "larger /dev/shm, and IOMMU settings"));
}

// The longest of one library is enough to say it.
void add_slow_between(profiles::MachineProfile const& profile, std::vector<Finding>& findings) {
  auto const* const by_vendor = longest(profile, is_vendors, "all_reduce", "nodes");
  auto const* const by_mpi = longest(profile, is_mpis, "point_to_point", "nodes");
  auto const expected = fmt::format("more than {}: the slowest of today's fast networks carries half as much again",
                                    profiles::format_bytes_per_s(socket_bytes_per_s));
  if (is_as_slow_as_sockets(by_vendor))
    findings.push_back(on_tcp(seen_rate(*by_vendor, "nodes"), expected,
                              "NCCL_DEBUG=INFO says which way it takes (NET/IB, a plugin, or NET/Socket); load the "
                              "network's plugin, and look at NCCL_IB_DISABLE, NCCL_IB_HCA and NCCL_SOCKET_IFNAME"));
  if (is_as_slow_as_sockets(by_mpi))
    findings.push_back(on_tcp(seen_rate(*by_mpi, "nodes"), expected,
                              "take the MPI that the centre built for its network (UCX or libfabric), and look at "
                              "OMPI_MCA_btl, UCX_TLS, UCX_NET_DEVICES and MPICH_OFI_NIC_POLICY"));
}

// Without both ways inside a node, its GPUs reach each other as if they were on different ones.
void add_forced_inside(profiles::MachineProfile const& profile, std::vector<Finding>& findings) {
  if (lower_case_value(profile, "NCCL_P2P_DISABLE") != "1" || lower_case_value(profile, "NCCL_SHM_DISABLE") != "1")
    return;
  findings.push_back(on_tcp(
      "NCCL_P2P_DISABLE=1 and NCCL_SHM_DISABLE=1 are set: GPUs of a node reach each other over the network or sockets",
      "neither set: links between GPUs, else the host's memory", "unset both and probe again"));
}

void add_forced_between(profiles::MachineProfile const& profile, std::vector<Finding>& findings) {
  if (lower_case_value(profile, "NCCL_NET") != "socket") return;
  findings.push_back(on_tcp("NCCL_NET=Socket is set: between nodes NCCL uses TCP",
                            "not set: NCCL takes InfiniBand, or the plugin of the network, where it finds it",
                            "unset it, and load the network's plugin where the centre has one"));
}

// Whether a list of ways for messages has TCP, and beside it only what stays inside a node.
bool leaves_only_tcp(std::string_view list) {
  constexpr std::string_view inside_a_node[] = {"self", "sm", "vader", "shm", "posix", "sysv", "cma", "knem", "xpmem"};
  bool has_tcp = false;
  while (!list.empty()) {
    auto const comma = std::min(list.find(','), list.size());
    auto const way = list.substr(0, comma);
    if (way == "tcp")
      has_tcp = true;
    else if (std::ranges::find(inside_a_node, way) == std::end(inside_a_node))
      return false;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return has_tcp;
}

void add_forced_mpi(profiles::MachineProfile const& profile, std::vector<Finding>& findings) {
  bool const talked = std::ranges::any_of(profile.samples, [](Sample const& sample) {
    return is_mpis(sample) && sample.status == profiles::SampleStatus::ok &&
           profiles::text_parameter(sample.parameters, "placement") == "nodes";
  });
  if (!talked) return;
  for (auto const* const variable : {"OMPI_MCA_btl", "UCX_TLS"}) {
    auto const value = lower_case_value(profile, variable);
    if (!leaves_only_tcp(value)) continue;
    findings.push_back(on_tcp(fmt::format("{}={} is set: between nodes MPI uses TCP", variable, value),
                              "not set: MPI takes the network that it was built for, where it finds it",
                              "unset it, and take the MPI that the centre built for its network"));
  }
}

}  // namespace

std::vector<Finding> slow_collectives(profiles::MachineProfile const& profile) {
  std::vector<Finding> findings;
  bool const of_gpus = !profile.devices.empty() && profile.devices.front().gpu.has_value();
  if (of_gpus) {
    add_slow_inside(profile, findings);
    add_forced_inside(profile, findings);
    add_forced_between(profile, findings);
  }
  add_slow_between(profile, findings);
  add_forced_mpi(profile, findings);
  return findings;
}

profiles::Finding no_collectives(std::string const& problem, std::string const& next_step) {
  return {.kind = "no_collectives",
          .severity = profiles::Severity::note,
          .seen = problem,
          .expected = "an MPI launcher and a runner built with the same MPI",
          .cost = "communication inside this node is not measured",
          .next_step = next_step};
}

profiles::Finding no_device_collectives(std::string const& problem, std::string const& next_step) {
  return {.kind = "no_collectives",
          .severity = profiles::Severity::note,
          .seen = problem,
          .expected = "an MPI launcher, a runner built with the same MPI, and NCCL or RCCL",
          .cost = "communication between the GPUs of this node is not measured: the advisor takes published links",
          .next_step = next_step};
}

profiles::Finding no_collectives_between_nodes(int node_count, std::string const& problem) {
  return {.kind = "no_collectives",
          .severity = profiles::Severity::warning,
          .seen = fmt::format("between the {} nodes of this allocation: {}", node_count, problem),
          .expected = "an srun or mpirun that starts the runner's MPI on all nodes, each with what this one has",
          .cost = "communication between nodes is not measured: the advisor takes the described network",
          .next_step = "load the MPI that the runner was built with; `srun --mpi=list` says which types Slurm has"};
}

std::string unusable_providers(std::map<std::string, std::string> const& libraries) {
  std::vector<std::string> said;
  for (auto const& [name, version] : libraries)
    if (moves_messages(name) && version.starts_with("cannot be used"))
      said.push_back(fmt::format("{} {}", name, version));
  if (said.empty()) return "the runner has nothing that moves messages between GPUs";
  return fmt::format("{}", fmt::join(said, "; "));
}

profiles::Finding oversubscribed(int rank_count, int cores) {
  return {.kind = "oversubscribed",
          .severity = profiles::Severity::warning,
          .seen = fmt::format("{} MPI ranks on {} cores", rank_count, cores),
          .expected = "at most one rank a core",
          .cost = "ranks wait for each other's time slices: latencies are those of the scheduler",
          .next_step = "use these collectives to test, not to plan"};
}

}  // namespace hpcadvise::probes
