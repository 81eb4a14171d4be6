// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/runner/device_sensors.hpp"

namespace hpcadvise::probes::runner {

// What PAPI's components read of a device, beside what its driver says: "papi_clock_hz", "papi_power_w" and so on,
// "papi_energy_j". A component that reads nothing is one sensor that says why. Nothing in a runner without PAPI. Asked
// after a PapiCounters is made.
DeviceSensors papi_device_sensors(DeviceSource const& device);

}  // namespace hpcadvise::probes::runner
