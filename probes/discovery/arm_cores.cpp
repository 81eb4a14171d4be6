// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/arm_cores.hpp"

#include <array>

namespace hpcadvise::probes {
namespace {

// Part numbers: MIDR_EL1 in each core's Technical Reference Manual. Pipes: Arm's Software Optimization Guide of each
// core, section "Pipeline overview"; Fujitsu's A64FX Microarchitecture Manual for the last.
constexpr std::array cores{
    ArmCore{"0x41", "0xd0c", "Arm Neoverse N1", 2 * 128}, ArmCore{"0x41", "0xd49", "Arm Neoverse N2", 2 * 128},
    ArmCore{"0x41", "0xd40", "Arm Neoverse V1", 4 * 128}, ArmCore{"0x41", "0xd4f", "Arm Neoverse V2", 4 * 128},
    ArmCore{"0x46", "0x001", "Fujitsu A64FX", 2 * 512},
};

}  // namespace

ArmCore const* find_arm_core(std::string_view implementer, std::string_view part) {
  for (auto const& core : cores)
    if (core.implementer == implementer && core.part == part) return &core;
  return nullptr;
}

ArmCore const* find_arm_core(std::string_view name) {
  for (auto const& core : cores)
    if (core.name == name) return &core;
  return nullptr;
}

}  // namespace hpcadvise::probes
