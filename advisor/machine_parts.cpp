// SPDX-License-Identifier: Apache-2.0
#include "advisor/machine_parts.hpp"

#include "advisor/constants.hpp"
#include "advisor/device_classes.hpp"
#include "profiles/error.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace hpcadvise::advisor {
namespace {

using profiles::Precision;

struct NetworkRow {
  std::string_view kind;
  std::string_view name;
  double FittedConstants::*efficiency;
};
constexpr std::array network_rows{NetworkRow{"omni-path", "Omni-Path", &FittedConstants::network_omni_path},
                                  NetworkRow{"roce", "RoCE", &FittedConstants::network_roce},
                                  NetworkRow{"infiniband", "InfiniBand", &FittedConstants::network_infiniband},
                                  NetworkRow{"slingshot", "Slingshot-11", &FittedConstants::network_slingshot}};
constexpr NetworkRow unknown_network{"", "a network of unknown kind", &FittedConstants::network_unknown};

NetworkRow const& network_row(std::string_view kind) {
  auto const row =
      std::find_if(network_rows.begin(), network_rows.end(), [&](auto const& each) { return each.kind == kind; });
  return row == network_rows.end() ? unknown_network : *row;
}

double value_or(std::map<Precision, profiles::Fact<double>> const& facts, Precision precision, double fallback) {
  auto const fact = facts.find(precision);
  return fact == facts.end() ? fallback : fact->second.value.value_or(fallback);
}

void add_gemm_rates(Machine& machine, profiles::DeviceDescription const& device) {
  double const factor = gemm_sustained(machine);
  for (auto const& [precision, fact] : device.gemm_flops_per_s) {
    if (!fact.value) continue;
    GemmRates rates;
    rates.plateau_flops_per_s = factor * *fact.value;
    rates.peak_flops_per_s = value_or(device.peak_flops_per_s, precision, 0);
    rates.origin = device.origin;
    rates.source = factor == 1 ? fact.source : fmt::format("{}; times {} sustained in training", fact.source, factor);
    machine.gemm[precision] = rates;
  }
  // Published FP8 figures are of GEMMs alone; in training the casts belong to them.
  if (auto const fp8 = machine.gemm.find(Precision::fp8);
      fp8 != machine.gemm.end() && machine.gemm.contains(Precision::bf16)) {
    fp8->second.plateau_flops_per_s =
        machine.fitted.fp8_gemm_efficiency * 2 * machine.gemm.at(Precision::bf16).plateau_flops_per_s;
    fp8->second.source = "twice the bf16 rate times the FP8 efficiency of docs/cost_model.md";
  }
  if (factor != 1)
    machine.notes.push_back(fmt::format(
        "matrix multiplication: {} of the best rate of a lone GEMM is sustained in training on {}, "
        "by published runs{}",
        factor, device.architecture, device.origin == profiles::Origin::measured ? "" : "; it was not measured here"));
}

void add_attention(Machine& machine, profiles::DeviceDescription const& device) {
  auto const& forward = device.attention_forward_flops_per_s;
  auto const& backward = device.attention_backward_flops_per_s;
  if (!forward.value || !backward.value) {
    machine.notes.emplace_back("fused attention: no rate is known for this device, the unfused form is assumed");
    return;
  }
  auto& rates = machine.attention;
  rates.forward_flops_per_s = machine.fitted.flash_attention_factor * *forward.value;
  rates.backward_flops_per_s = machine.fitted.flash_attention_factor * *backward.value;
  rates.half_length = constants::attention_half_length;
  rates.origin = device.origin;
  rates.source = forward.source;
}

// Returns what is not known and has to be.
std::vector<std::string_view> fill_device(Machine& machine, profiles::DeviceDescription const& device) {
  machine.device = device.name;
  machine.vendor = device.vendor;
  machine.architecture = device.architecture;
  machine.devices_per_module = device.devices_per_module;
  machine.multiprocessor_count = static_cast<std::int64_t>(device.multiprocessor_count.value.value_or(0));
  machine.memory_bytes = device.memory_bytes.value.value_or(0);
  machine.kernel_launch_s = constants::kernel_launch_s;
  machine.host_bound = true;
  machine.old_gemm = device_class(device.architecture).old_gemm;
  machine.current_attention = device_class(device.architecture).current_attention();
  machine.link_domain_devices = device.link_domain_devices;
  machine.runtime_bytes = constants::runtime_context_bytes;
  machine.power_w = device.power_w.value.value_or(0);
  machine.shares_power_with_host = device.shares_power_with_host;
  machine.power_note = device.power_w.note;
  machine.memory_bytes_per_s = device.stream_bytes_per_s.value.value_or(
      constants::stream_share * device.memory_bandwidth_bytes_per_s.value.value_or(0));
  if (!device.stream_bytes_per_s.value && machine.memory_bytes_per_s > 0)
    machine.notes.push_back(fmt::format("memory bandwidth: {} of the data sheet's", constants::stream_share.value));
  add_gemm_rates(machine, device);
  add_attention(machine, device);

  std::vector<std::string_view> missing;
  if (machine.gemm.empty()) missing.emplace_back("a rate of matrix multiplication");
  if (machine.memory_bytes_per_s <= 0) missing.emplace_back("memory bandwidth");
  if (machine.memory_bytes <= 0) missing.emplace_back("memory size");
  return missing;
}

}  // namespace

double gemm_sustained(Machine const& machine) {
  double FittedConstants::*const sustained = device_class(machine.architecture).gemm_sustained;
  return sustained != nullptr ? machine.fitted.*sustained : 1;
}

void add_device(Machine& machine, profiles::DeviceDescription const& device) {
  if (auto const missing = fill_device(machine, device); !missing.empty())
    throw profiles::UsageError(
        fmt::format("device '{}' cannot be planned for: {} not known", device.name, fmt::join(missing, ", ")),
        "name a machine whose device is measured or published: hpcadvise systems list");
}

bool is_known(profiles::DeviceDescription const& device) {
  Machine machine;
  return fill_device(machine, device).empty();
}

LinkRates node_link_from(double bytes_per_s, std::string_view source, Machine const& machine,
                         std::optional<double> half_rate_bytes) {
  bool const switched = device_class(machine.architecture).in_switch_reduction && machine.linked_devices() >= 8;
  LinkRates link;
  link.bytes_per_s_per_device = bytes_per_s;
  link.latency_s = machine.kernel_launch_s;
  link.half_rate_bytes = half_rate_bytes.value_or(constants::half_rate_bytes);
  link.gather_share = switched ? constants::switched_gather_share.value : 1;
  link.ramp_exponent = switched ? constants::ramp_exponent_switched : constants::ramp_exponent_ring;
  link.origin = machine.origin;
  link.source = source;
  return link;
}

LinkRates network_from(double nominal_bytes_per_s, std::string_view source, std::string_view kind,
                       FittedConstants const& fitted) {
  auto const& row = network_row(kind);
  double const efficiency = fitted.*row.efficiency;
  LinkRates link;
  link.bytes_per_s_per_device = efficiency * nominal_bytes_per_s;
  link.latency_s = fitted.ring_latency_s;
  link.source = fmt::format("{} nominal ({}), times {} for {}", profiles::format_bytes_per_s(nominal_bytes_per_s),
                            source, efficiency, row.name);
  return link;
}

}  // namespace hpcadvise::advisor
