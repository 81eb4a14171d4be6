// SPDX-License-Identifier: Apache-2.0
#include "advisor/measured_kernels.hpp"

#include "advisor/constants.hpp"
#include "advisor/device_classes.hpp"
#include "advisor/machine_parts.hpp"
#include "advisor/measured_rates.hpp"

#include <fmt/format.h>

#include <utility>

namespace hpcadvise::advisor {
namespace {

using profiles::Origin;
using profiles::Precision;

// Of a lone FP8 GEMM, what casts leave: fp8_gemm_efficiency is over twice the 16-bit rate, which such a GEMM does not
// reach either.
double casts_share(Machine const& machine) { return machine.fitted.fp8_gemm_efficiency / constants::fp8_gemm_alone; }

void scale(AttentionRates& rates, double factor) {
  rates.forward_flops_per_s *= factor;
  rates.backward_flops_per_s *= factor;
  for (auto* const points : {&rates.forward_points, &rates.backward_points})
    for (AttentionPoint& point : *points) point.flops_per_s *= factor;
}

// Each direction that was measured in place of the described one.
void replace(AttentionRates& described, AttentionRates measured) {
  bool const both = !measured.forward_points.empty() && !measured.backward_points.empty();
  described.origin = both ? Origin::measured : Origin::reference;
  described.source = std::move(measured.source);
  if (!measured.forward_points.empty()) {
    described.forward_flops_per_s = measured.forward_flops_per_s;
    described.forward_points = std::move(measured.forward_points);
  }
  if (!measured.backward_points.empty()) {
    described.backward_flops_per_s = measured.backward_flops_per_s;
    described.backward_points = std::move(measured.backward_points);
  }
}

std::string_view directions(AttentionRates const& measured) {
  if (measured.backward_points.empty()) return " forward";
  return measured.forward_points.empty() ? " backward" : "";
}

// Machine::attention is what FlashAttention-2 reaches in training; cost/attention.cpp goes from there to today's
// kernels, which so reach flash_attention_factor_current of cuDNN's rate.
void use_cudnn(Machine& machine, AttentionRates measured) {
  double const over_flash = device_class(machine.architecture).cudnn_attention;
  double const older = machine.fitted.flash_attention_factor / over_flash;
  machine.notes.push_back(
      over_flash > 1 ? fmt::format("fused attention: cuDNN's{} as measured, of which training sustains {:.2f} where "
                                   "frameworks run it and {:.2f} where they run FlashAttention-2, by published runs",
                                   directions(measured), machine.fitted.flash_attention_factor_current, older)
                     : fmt::format("fused attention: from cuDNN's{} as measured; frameworks run FlashAttention-2 here, "
                                   "which is taken to sustain {:.2f} of it in training, by published runs",
                                   directions(measured), older));
  scale(measured, older);
  replace(machine.attention, std::move(measured));
}

bool has_both_directions(AttentionRates const& rates) {
  return rates.forward_flops_per_s > 0 && rates.backward_flops_per_s > 0;
}

}  // namespace

void use_measured_gemm(Machine& machine, std::map<Precision, GemmRates> const& measured) {
  double const sustained = gemm_sustained(machine);
  for (auto& [precision, rates] : machine.gemm) {
    auto const found = measured.find(precision);
    if (found == measured.end()) {
      rates.origin = Origin::reference;
      continue;
    }
    double const share = sustained * (precision == Precision::fp8 ? casts_share(machine) : 1);
    if (precision == Precision::fp8)
      machine.notes.push_back(
          fmt::format("FP8: as measured, of which training sustains {:.2f} with its casts, by published runs", share));
    rates.plateau_flops_per_s = share * found->second.plateau_flops_per_s;
    rates.source = fmt::format("{}; times {:.3g} sustained in training", found->second.source, share);
    rates.points = found->second.points;
    for (GemmPoint& point : rates.points) point.flops_per_s *= share;
  }
}

void use_measured_attention(Machine& machine, profiles::MachineProfile const& profile) {
  std::erase_if(machine.notes, [](auto const& note) { return note.starts_with("fused attention: "); });
  auto measured = measured_attention(profile);
  if (has_measured(profile, "attention", "cudnn")) {
    use_cudnn(machine, std::move(measured));
  } else if (has_both_directions(machine.attention)) {
    machine.attention.origin = Origin::reference;
    machine.notes.emplace_back(has_measured(profile, "attention")
                                   ? "fused attention: as published for this device; hpcadvise's own kernel was "
                                     "measured, which frameworks do not run"
                                   : "fused attention: as published for this device, not measured");
  } else {
    machine.attention = std::move(measured);
    machine.current_attention = 1;
    if (has_both_directions(machine.attention) && machine.host_bound)
      machine.notes.emplace_back("fused attention: hpcadvise's own kernel stands for that of frameworks");
  }
  if (!has_both_directions(machine.attention))
    machine.notes.emplace_back("fused attention: not measured in both directions, the unfused form is assumed");
}

}  // namespace hpcadvise::advisor
