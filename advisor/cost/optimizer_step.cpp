// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/optimizer_step.hpp"

#include "advisor/rates.hpp"

namespace hpcadvise::advisor {

double optimizer_bytes_per_parameter(TrainingJob const& job) {
  double const state = profiles::bytes_per_element(job.precision) == 8 ? 8 : 4;
  double const norm_and_gradient = 2 * state;
  double const weights = 2 * state;  // read and written: the master copy, or the weights themselves
  double const moments = (job.optimizer == Optimizer::adamw ? 4 : 2) * state;
  double const low_precision_copy = profiles::bytes_per_element(job.precision) <= 2 ? 2 : 0;
  return norm_and_gradient + weights + moments + low_precision_copy;
}

double optimizer_cost_s(CostContext const& context, double parameters) {
  double const owned = context.plan.sharding == Sharding::none
                           ? parameters
                           : parameters / static_cast<double>(context.plan.data_parallel);
  return elementwise_time_s(context.machine, owned * optimizer_bytes_per_parameter(context.job));
}

}  // namespace hpcadvise::advisor
