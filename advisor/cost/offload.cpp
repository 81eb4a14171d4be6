// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/offload.hpp"

#include "advisor/constants.hpp"
#include "advisor/cost/optimizer_step.hpp"
#include "advisor/operators.hpp"
#include "advisor/sharded_state.hpp"

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

double real(std::int64_t value) { return static_cast<double>(value); }

// Both ways at once.
struct LinkBytes {
  double to_device = 0;
  double to_host = 0;
};

LinkBytes micro_batch_traffic(CostContext const& context, OffloadInput const& input, HostState const& on_host) {
  double const element = activation_bytes_per_element(context.job);
  if (!on_host.weights)
    return {0, on_host.gradients ? owned_parameters(context, input.parameters.trained) * element : 0};
  // FSDP copies its fp32 shards before it casts them, and reduces gradients in fp32.
  constexpr double fp32 = 4;
  double const trained_bytes = shard_of(input.parameters.trained, context.plan) * fp32;
  return {2 * (trained_bytes + shard_of(input.parameters.frozen, context.plan) * element), trained_bytes};
}

}  // namespace

double host_link_bytes_per_s(Machine const& machine) {
  auto const link = std::find_if(links.begin(), links.end(), [&](HostLink const& each) {
    return machine.device.starts_with(each.device) && machine.architecture.starts_with(each.architecture);
  });
  return *link->rate;
}

double offload_cost_s(CostContext const& context, OffloadInput const& input) {
  if (context.plan.offload == Offload::none) return 0;
  auto const on_host = host_state(context.plan, context.framework);
  double const link_bytes_per_s = host_link_bytes_per_s(context.machine);
  double const owned = owned_parameters(context, input.parameters.trained);

  auto const traffic = micro_batch_traffic(context, input, on_host);
  double const beside_s = on_host.weights ? input.micro_batch_s : input.micro_batch_backward_s;
  double const exposed_s = std::max(0.0, std::max(traffic.to_device, traffic.to_host) / link_bytes_per_s - beside_s);

  double const element = activation_bytes_per_element(context.job);
  double const once_bytes = owned * element * ((on_host.weights ? 0 : 1) + (on_host.gradients ? 0 : 1));
  double const in_node = real(std::min(context.machine.devices_per_node, context.plan.device_count()));
  double const update_s =
      in_node * owned * optimizer_bytes_per_parameter(context.job) / constants::host_optimizer_bytes_per_s;
  return context.micro_batches() * exposed_s + once_bytes / link_bytes_per_s + update_s;
}

}  // namespace hpcadvise::advisor
