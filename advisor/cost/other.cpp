// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/other.hpp"

#include <cmath>

namespace hpcadvise::advisor {

double host_bound_s(CostContext const& context, BlockCost const& layer, bool experts) {
  double const device_s = layer.total_s();
  return std::hypot(device_s, context.host_layer_s(experts)) - device_s;
}

double jitter_s(CostContext const& context, double step_s) {
  auto const devices = static_cast<double>(context.plan.device_count());
  double const nodes = std::ceil(devices / static_cast<double>(context.machine.devices_per_node));
  return step_s * context.machine.fitted.jitter_per_doubling * std::log2(nodes);
}

}  // namespace hpcadvise::advisor
