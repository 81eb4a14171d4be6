// SPDX-License-Identifier: Apache-2.0
#pragma once

// From a device as its runtime shows it to the description that ships.

#include "profiles/device_description.hpp"
#include "profiles/gpu_spec.hpp"

#include <optional>
#include <string_view>

namespace hpcadvise::profiles {

// The description of the same architecture whose memory and multiprocessors agree and whose name is part of the
// runtime's ("NVIDIA H100 80GB HBM3"); a name that says PCIe or NVL is none of an SXM board. Nothing where none fits,
// or several do.
std::optional<DeviceDescription> known_device(std::string_view runtime_name, GpuSpec const& gpu);

// "sm_90" and "sm90" are one architecture, in the words of device descriptions: "sm_90", "gfx90a".
std::string description_architecture(std::string_view architecture);

}  // namespace hpcadvise::profiles
