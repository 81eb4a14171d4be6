// SPDX-License-Identifier: Apache-2.0
#pragma once

// Devices of one kind that give different rates.

#include "profiles/machine_profile.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::probes {

// The rate of the same sample on one of several devices of a kind.
struct DeviceRate {
  std::string device;  // as `described` names it
  profiles::Rate rate;
};

// A device this much slower than the median of its siblings is named, if the intervals of both agree.
inline constexpr double slow_device_share = 0.03;

// One finding that names each slow device. `rate_name` is the rate's key ("flops_per_s"), which tells its unit.
std::vector<profiles::Finding> slow_devices(std::string_view sample_key, std::string_view rate_name,
                                            std::vector<DeviceRate> const& rates);

// Of a profile whose GPUs measured at once: each probe's samples are held against each other.
std::vector<profiles::Finding> slow_siblings(profiles::MachineProfile const& profile);

}  // namespace hpcadvise::probes
