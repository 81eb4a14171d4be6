// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/other.hpp"

#include "advisor/constants.hpp"

#include <cmath>

namespace hpcadvise::advisor {

double host_bound_s(Machine const& machine, BlockCost const& layer) {
  double const device_s = layer.total_s();
  double const device_squared = device_s * device_s;
  double const host_squared = machine.host_layer_s * machine.host_layer_s;
  return std::sqrt(std::sqrt(device_squared * device_squared + host_squared * host_squared)) - device_s;
}

double jitter_s(CostContext const& context, double step_s) {
  auto const devices = static_cast<double>(context.plan.device_count());
  double const nodes = std::ceil(devices / static_cast<double>(context.machine.devices_per_node));
  return step_s * constants::jitter_per_doubling * std::log2(nodes);
}

}  // namespace hpcadvise::advisor
