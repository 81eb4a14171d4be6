// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/device_info.hpp"

namespace hpcadvise::kernels {

std::optional<DeviceInfo> device_info() { return std::nullopt; }
std::vector<std::string> visible_devices() { return {}; }
std::optional<std::int64_t> free_device_memory_bytes() { return std::nullopt; }

}  // namespace hpcadvise::kernels
