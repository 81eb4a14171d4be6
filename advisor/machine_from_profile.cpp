// SPDX-License-Identifier: Apache-2.0
#include "advisor/machine.hpp"
#include "advisor/machine_parts.hpp"
#include "advisor/measured_kernels.hpp"
#include "advisor/measured_links.hpp"
#include "advisor/measured_rates.hpp"
#include "profiles/advice_needs.hpp"
#include "profiles/error.hpp"
#include "profiles/known_device.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace hpcadvise::advisor {
namespace {

using profiles::MachineProfile;
using profiles::MeasuredDevice;

void add_host_memory(Machine& machine, profiles::HostSpec const& host) {
  if (host.memory_bytes) machine.memory_bytes = static_cast<double>(*host.memory_bytes);
  if (auto const limit = host.cgroup_memory_limit_bytes;
      limit && (machine.memory_bytes <= 0 || static_cast<double>(*limit) < machine.memory_bytes)) {
    machine.memory_bytes = static_cast<double>(*limit);
    machine.notes.emplace_back("memory: the control group's limit, not what is installed");
  }
}

Machine machine_of_host(MachineProfile const& profile) {
  Machine machine;
  machine.origin = profiles::Origin::measured;
  machine.device = profile.host.cpu_model;
  machine.vendor = "host";
  machine.architecture = profile.host.architecture;
  machine.devices_per_node = 1;
  machine.node_count = 1;
  machine.gemm = measured_gemm(profile);
  use_measured_attention(machine, profile);
  machine.memory_bytes_per_s = measured_memory_bytes_per_s(profile);
  machine.memory_origin = profiles::Origin::measured;
  add_host_memory(machine, profile.host);
  machine.kernel_launch_s = measured_launch_s(profile, "parallel_for").value_or(0);
  machine.notes.emplace_back("one device is the whole host, as measured; nothing is known of a network");
  if (has_measured(profile, "collective"))
    machine.notes.emplace_back("measured collectives are not used yet: a plan on one device has none");
  return machine;
}

// The one that frameworks multiply with; empty where none was there.
std::string_view vendor_library(MachineProfile const& profile) {
  for (std::string_view const library : {"cublaslt", "hipblaslt", "rocblas"})
    if (has_measured(profile, "gemm", library)) return library;
  return {};
}

// The description with what was measured in place of what was published.
profiles::DeviceDescription with_measured(profiles::DeviceDescription device, MachineProfile const& profile,
                                          std::map<profiles::Precision, GemmRates> const& gemm) {
  auto const fact = [&](double value, std::string const& source) {
    return profiles::Fact<double>{value, source, profiles::Confidence::verified, ""};
  };
  device.origin = profiles::Origin::measured;
  for (auto const& [precision, rates] : gemm)
    device.gemm_flops_per_s[precision] = fact(rates.plateau_flops_per_s, rates.source);
  auto const source = fmt::format("profile '{}'", profile.name);
  device.memory_bytes = fact(double(profile.devices.front().gpu->memory_bytes), source);
  if (double const rate = measured_memory_bytes_per_s(profile); rate > 0)
    device.stream_bytes_per_s = fact(rate, source);
  return device;
}

// Nothing ships for it: a description of what was measured.
profiles::DeviceDescription unknown_device(MeasuredDevice const& device) {
  profiles::DeviceDescription result;
  result.name = device.name;
  result.vendor = device.backend == "hip" ? "amd" : "nvidia";
  result.architecture = profiles::description_architecture(device.gpu->architecture);
  result.multiprocessor_count.value = device.gpu->multiprocessor_count;
  return result;
}

// The system that the host was recognized as, if it has this device.
std::optional<profiles::SystemDescription> system_of(MachineProfile const& profile, std::string const& device) {
  auto const& name = profile.host.system;
  if (!name || !profiles::has_system(*name)) return std::nullopt;
  auto system = profiles::system_description(*name);
  return system.device == device ? std::optional(std::move(system)) : std::nullopt;
}

// Where it was measured, in place of the described one. Says what was made of the samples.
bool use(MeasuredLink measured, LinkRates& link, Machine& machine) {
  if (!measured.note.empty()) machine.notes.push_back(std::move(measured.note));
  if (measured.link) link = *std::move(measured.link);
  return measured.link.has_value();
}

// The links of a node count where all its devices were measured together, and the network where all of several nodes
// were. A link inside modules that is described apart from the node's stays, unless it was measured.
void use_measured_links(Machine& machine, MachineProfile const& profile, std::string const& described) {
  // The device was measured; what the description says of its links was not.
  for (LinkRates* const link : {&machine.module_link, &machine.node_link, &machine.network})
    if (link->origin == profiles::Origin::measured) link->origin = profiles::Origin::reference;
  bool const one_link = machine.module_link.source == machine.node_link.source;
  bool const node = use(measured_node_link(profile, machine.devices_per_node), machine.node_link, machine);
  if (!use(measured_module_link(profile, machine.devices_per_module), machine.module_link, machine) && one_link)
    machine.module_link = machine.node_link;
  auto network = measured_network(profile, machine.devices_per_node);
  // What was said of the described network does not hold any more.
  if (network.link) std::erase_if(machine.notes, [](auto const& note) { return note.starts_with("network: "); });
  bool const between = use(std::move(network), machine.network, machine);
  if (!node && !between)
    machine.notes.push_back("links and network: " + described);
  else if (!node)
    machine.notes.push_back("links in the node: " + described);
  else if (!between)
    machine.notes.push_back("network: " + described);
}

// Links and network are measured ones, else published: of the system, else of the usual node with that device. Of a
// device that nobody described there are the measured ones, or none.
Machine with_links(profiles::DeviceDescription const& device, MachineProfile const& profile, bool known) {
  if (auto const system = system_of(profile, device.name)) {
    auto machine = machine_from_system(*system, device);
    use_measured_links(machine, profile, fmt::format("as described for {}, not measured", system->name));
    return machine;
  }
  if (known) {
    auto machine = machine_from_parts({.device = device.name,
                                       .devices_per_node = std::int64_t(profile.devices.size()),
                                       .network_gbit_per_device = {},
                                       .network_kind = {}},
                                      device);
    use_measured_links(machine, profile,
                       fmt::format("as described for {}, not measured; a node of {}, as many as were visible",
                                   device.name, profile.devices.size()));
    return machine;
  }
  Machine machine;
  machine.origin = device.origin;
  machine.node_count = 1;
  add_device(machine, device);
  auto const count = std::int64_t(profile.devices.size());
  if (use(measured_node_link(profile, count), machine.node_link, machine)) {
    machine.devices_per_node = count;
    machine.module_link = machine.node_link;
  } else {
    machine.notes.push_back(fmt::format("nothing is known of the links of '{}': one device", device.name));
  }
  if (use(measured_network(profile, machine.devices_per_node), machine.network, machine))
    machine.node_count.reset();
  else
    machine.notes.push_back(fmt::format("nothing is known of the network of '{}': one node", device.name));
  return machine;
}

Machine machine_of_gpu(MachineProfile const& profile) {
  auto const& device = profile.devices.front();
  auto const library = vendor_library(profile);
  auto const gemm = measured_gemm(profile, library);
  auto const known = profiles::known_device(device.name, *device.gpu);
  Machine machine =
      with_links(with_measured(known.value_or(unknown_device(device)), profile, gemm), profile, known.has_value());
  use_measured_gemm(machine, gemm);
  machine.memory_origin = profiles::Origin::measured;
  if (library.empty())
    machine.notes.emplace_back(
        "matrix multiplication: the vendor's library was not measured; hpcadvise's own kernel stands for it");
  machine.kernel_launch_s = measured_launch_s(profile, "chain").value_or(machine.kernel_launch_s);
  use_measured_attention(machine, profile);
  if (auto const cost = measured_overlap_cost(profile)) {
    machine.fitted.overlap_cost = cost->share;
    machine.notes.push_back(fmt::format("hidden collectives: measured {}, they still cost {:.2f} of their own time",
                                        cost->placement == "nodes" ? "between nodes" : "in the node", cost->share));
  }
  if (known) machine.origin = profiles::Origin::reference;
  return machine;
}

bool measured_in_one_start(MachineProfile const& profile) {
  return std::ranges::any_of(profile.samples, [](profiles::Sample const& sample) {
    return sample.timing && sample.timing->widened_by == profiles::WidenedBy::nothing;
  });
}

}  // namespace

bool measures_gemm(Machine const& machine) {
  return std::ranges::any_of(machine.gemm,
                             [](auto const& rates) { return rates.second.origin == profiles::Origin::measured; });
}

Machine machine_from_profile(MachineProfile const& profile) {
  bool const of_gpu = !profile.devices.empty() && profile.devices.front().gpu.has_value();
  Machine machine = of_gpu ? machine_of_gpu(profile) : machine_of_host(profile);
  machine.name = profile.name;
  if (profile.calibration) machine.calibration = *profile.calibration;
  if (profile.partial) machine.notes.emplace_back("the profile is partial: its run was cut short");
  if (measured_in_one_start(profile))
    machine.notes.emplace_back("the profile was measured in one start: another may differ by more than its intervals");

  std::vector<std::string_view> missing;
  for (auto const& need : profiles::advice_needs())
    if (!is_met(need, profile)) missing.push_back(need.name);
  if (machine.memory_bytes <= 0) missing.emplace_back("the memory's size");
  if (!missing.empty())
    throw profiles::UsageError(
        fmt::format("profile '{}' lacks {}", profile.name, fmt::join(missing, ", ")),
        fmt::format("measure again with hpcadvise probe --only gemm,attention,memory --budget {:g}s",
                    std::max(profiles::usual_budget_s, 2 * profile.budget.asked_s)));
  return machine;
}

}  // namespace hpcadvise::advisor
