// SPDX-License-Identifier: Apache-2.0
#include "probes/collective_findings.hpp"

#include "probes/providers.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <string>
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

// Of the vendor's library inside a node; null where none is long enough.
Sample const* longest_all_reduce(profiles::MachineProfile const& profile) {
  Sample const* longest = nullptr;
  for (auto const& sample : profile.samples) {
    if (sample.probe != "collective" || (sample.provider != "nccl" && sample.provider != "rccl") ||
        sample.status != profiles::SampleStatus::ok || !sample.rates.contains("bus_bytes_per_s") ||
        profiles::text_parameter(sample.parameters, "operation") != "all_reduce" ||
        profiles::text_parameter(sample.parameters, "placement") != "node" ||
        message_bytes(sample) < std::max(long_message_bytes, longest != nullptr ? message_bytes(*longest) + 1 : 0))
      continue;
    longest = &sample;
  }
  return longest;
}

Finding on_tcp(std::string seen, std::string expected, std::string next_step) {
  return {.kind = "collective_on_tcp",
          .severity = profiles::Severity::warning,
          .seen = std::move(seen),
          .expected = std::move(expected),
          .cost = "gradients and activations travel tens of times slower: most of a step may be waiting",
          .next_step = std::move(next_step)};
}

void add_slow_rate(profiles::MachineProfile const& profile, std::vector<Finding>& findings) {
  auto const* const sample = longest_all_reduce(profile);
  if (sample == nullptr || sample->rates.at("bus_bytes_per_s").high >= socket_bytes_per_s) return;
  findings.push_back(
      on_tcp(fmt::format("an all_reduce of {} by {} between {} GPUs of this node: {} on the bus, as slow as sockets",
                         profiles::format_bytes(double(message_bytes(*sample))), sample->provider,
                         profiles::integer_parameter(sample->parameters, "rank_count").value_or(0),
                         profiles::format_bytes_per_s(sample->rates.at("bus_bytes_per_s").median)),
             fmt::format("more than {}, which even eight lanes of PCI exceed several times",
                         profiles::format_bytes_per_s(socket_bytes_per_s)),
             "NCCL_DEBUG=INFO says which way it takes (P2P, SHM or NET/Socket); in a container look for --ipc=host, a "
             "larger /dev/shm, and IOMMU settings"));
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

}  // namespace

std::vector<Finding> slow_collectives(profiles::MachineProfile const& profile) {
  std::vector<Finding> findings;
  bool const of_gpus = !profile.devices.empty() && profile.devices.front().gpu.has_value();
  if (!of_gpus) return findings;
  add_slow_rate(profile, findings);
  add_forced_inside(profile, findings);
  add_forced_between(profile, findings);
  return findings;
}

profiles::Finding no_collectives(std::string const& problem) {
  return {.kind = "no_collectives",
          .severity = profiles::Severity::note,
          .seen = problem,
          .expected = "an MPI launcher and a runner built with the same MPI",
          .cost = "communication inside this node is not measured",
          .next_step = "load or install MPI and build the runner with it, or leave it: one rank needs none"};
}

profiles::Finding no_device_collectives(std::string const& problem) {
  return {.kind = "no_collectives",
          .severity = profiles::Severity::note,
          .seen = problem,
          .expected = "an MPI launcher, a runner built with the same MPI, and NCCL or RCCL",
          .cost = "communication between the GPUs of this node is not measured: the advisor takes published links",
          .next_step = "load the modules that bring them (PATH, LD_LIBRARY_PATH), and probe again"};
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
    if (moves_messages(name) && version.starts_with("cannot be used")) said.push_back(name + " " + version);
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
