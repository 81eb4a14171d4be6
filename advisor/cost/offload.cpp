// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/offload.hpp"

#include "advisor/constants.hpp"
#include "advisor/cost/optimizer_step.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace hpcadvise::advisor {
namespace {

// The first whose device or architecture starts so. A superchip's host sits beside its device.
struct HostLink {
  std::string_view device;
  std::string_view architecture;
  Constant const* rate;
};
constexpr std::array links{HostLink{"gh200", "", &constants::host_link_c2c_bytes_per_s},
                           HostLink{"gb", "", &constants::host_link_c2c_bytes_per_s},
                           HostLink{"", "gfx90a", &constants::host_link_infinity_fabric_bytes_per_s},
                           HostLink{"", "sm_70", &constants::host_link_pcie3_bytes_per_s},
                           HostLink{"", "sm_80", &constants::host_link_pcie4_bytes_per_s},
                           HostLink{"", "", &constants::host_link_pcie5_bytes_per_s}};

double state_bytes_per_parameter(CostContext const& context) {
  double const moments = context.job.optimizer == Optimizer::adamw ? 2 : 1;
  double const element = std::max(4, profiles::bytes_per_element(context.job.precision));
  bool const master_copy = profiles::bytes_per_element(context.job.precision) <= 2 && !context.framework.fp32_weights;
  return (moments + (master_copy ? 1 : 0)) * element;
}

}  // namespace

double host_link_bytes_per_s(Machine const& machine) {
  auto const link = std::find_if(links.begin(), links.end(), [&](HostLink const& each) {
    return machine.device.starts_with(each.device) && machine.architecture.starts_with(each.architecture);
  });
  return *link->rate;
}

double offload_cost_s(CostContext const& context, DeviceParameters const& parameters) {
  if (context.plan.offload == Offload::none) return 0;
  return owned_parameters(context, parameters) * state_bytes_per_parameter(context) /
         host_link_bytes_per_s(context.machine);
}

}  // namespace hpcadvise::advisor
