// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/optimizer_step.hpp"

#include "advisor/rates.hpp"
#include "advisor/sharded_state.hpp"

namespace hpcadvise::advisor {

double optimizer_bytes_per_parameter(TrainingJob const& job) {
  bool const in_16_bit = holds_16_bit_state(job.optimizer) && profiles::bytes_per_element(job.precision) <= 2;
  double const state = profiles::bytes_per_element(job.precision) == 8 ? 8 : in_16_bit ? 2 : 4;
  double const norm_and_gradient = 2 * state;
  double const weights = 2 * state;  // read and written: the master copy, or the weights themselves
  double const moments = (is_adam(job.optimizer) ? 4 : 2) * state;
  double const low_precision_copy = profiles::bytes_per_element(job.precision) <= 2 && !in_16_bit ? 2 : 0;
  return norm_and_gradient + weights + moments + low_precision_copy;
}

double owned_parameters(CostContext const& context, DeviceParameters const& parameters) {
  bool const is_shared = shared_state(context.job, context.plan, context.framework).optimizer;
  return is_shared ? shard_of(parameters, context.plan) : parameters.total();
}

double optimizer_cost_s(CostContext const& context, DeviceParameters const& parameters) {
  double const owned = owned_parameters(context, parameters);
  return elementwise_time_s(context.machine, owned * optimizer_bytes_per_parameter(context.job));
}

}  // namespace hpcadvise::advisor
