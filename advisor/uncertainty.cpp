// SPDX-License-Identifier: Apache-2.0
#include "advisor/uncertainty.hpp"

#include "advisor/constants.hpp"
#include "advisor/cost/tensor_parallel.hpp"
#include "advisor/device_classes.hpp"
#include "advisor/framework_limits.hpp"
#include "advisor/published_support.hpp"
#include "advisor/rates.hpp"

#include <algorithm>
#include <cmath>

namespace hpcadvise::advisor {
namespace {

constexpr double tenth_percentile = 1.2816;  // of the normal distribution, in sigmas

// The widest interval among the measured points, as a sigma: half a 95 % interval is 1.96 sigma.
double measured_sigma(GemmRates const& rates) {
  double widest = 0;
  for (GemmPoint const& point : rates.points) widest = std::max(widest, point.relative_half_width);
  return widest / 1.96;
}

// How well what was fitted on other devices holds for this one. Seven published runs on the GH200, whose processor
// takes of its power, are off by 0.35 to 0.4 (root mean square of the logarithm).
double device_sigma(Machine const& machine) {
  if (!device_class(machine.architecture).fitted() || machine.shares_power_with_host)
    return constants::sigma_outside_fit;
  return is_well_supported(machine.device) || measures_gemm(machine) ? 0 : constants::sigma_device.value;
}

}  // namespace

Uncertainty step_uncertainty(TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                             EstimateOptions const& options, bool extrapolated) {
  using profiles::Origin;
  Uncertainty result;
  auto const doubt = [&](char const* name, double log_sigma) { result.doubts[name] = log_sigma; };

  if (double const sigma = device_sigma(machine); sigma > 0) doubt("device", sigma);
  if (job.precision == profiles::Precision::fp8) doubt("fp8", constants::sigma_fp8);
  if (job.model.experts) doubt("experts", constants::sigma_experts);
  if (plan.context_parallel > 1) doubt("context_parallel", constants::sigma_context);
  if (options.plan_assumed) doubt("assumed", constants::sigma_assumed);
  if (machine.vendor == "amd") doubt("amd", constants::sigma_amd);
  if (plan.device_count() > 2048) doubt("large", constants::sigma_large);
  if (options.framework == FrameworkKind::unknown || framework_traits(options.framework).hardly_fitted)
    doubt("framework", constants::sigma_framework);
  if (options.framework == FrameworkKind::hugging_face) doubt("hugging_face", constants::sigma_hugging_face);
  if (plan.tensor_parallel > 1 && framework_traits(options.framework).slow_tensor_parallel) {
    doubt("eager_tensor", constants::sigma_eager_tensor);
    result.flags.emplace_back("eager-tensor-parallel");
  }
  if (double const sigma = measured_sigma(gemm_rates(machine, job.precision)); sigma > 0) doubt("rates", sigma);
  if (extrapolated) {
    doubt("extrapolated", constants::sigma_outside_fit);
    result.flags.emplace_back("extrapolated");
  }
  if (plan.expert_parallel > std::int64_t(constants::widest_expert_parallel)) {
    doubt("wide_experts", constants::sigma_outside_fit);
    result.flags.emplace_back("experts-unproven");
  }
  if (has_unproven_sharding(options.framework, plan)) {
    // Another engine within a described framework: as much in doubt as a framework that is not described.
    doubt("sharding", constants::sigma_framework);
    result.flags.emplace_back("sharding-unproven");
  }
  if (!has_gemm_rates(machine, job.precision)) {
    doubt("precision", constants::sigma_outside_fit);
    result.flags.emplace_back("precision-substituted");
  }
  if (job.lora) {
    doubt("adapters", constants::sigma_outside_fit);
    result.flags.emplace_back("adapters-unproven");
  }
  if (plan.offload != Offload::none) {
    doubt("offload", constants::sigma_offload);
    result.flags.emplace_back("offload-unproven");
  }
  bool const links_measured =
      machine.node_link.origin == Origin::measured && machine.network.origin == Origin::measured;
  if (machine.origin == Origin::reference && !measures_gemm(machine))
    result.flags.emplace_back("reference-only");
  else if (machine.origin == Origin::reference && !links_measured)
    result.flags.emplace_back("links-reference");
  if (machine.origin == Origin::announced) result.flags.emplace_back("announced");
  if (options.framework == FrameworkKind::unknown) result.flags.emplace_back("framework-assumed");
  CostContext const context{job, plan, machine, options, framework_traits(options.framework)};
  if (overlaps_tensor_parallel(context) && !options.tensor_parallel_overlap)
    result.flags.emplace_back("overlap-assumed");
  bool const told_to = options.tensor_parallel_overlap.value_or(false);
  if (told_to && plan.tensor_parallel > 1 && !overlaps_tensor_parallel(context))
    result.flags.emplace_back("overlap-impossible");
  double variance = constants::sigma_base * constants::sigma_base;
  for (auto const& [name, log_sigma] : result.doubts) variance += log_sigma * log_sigma;
  result.log_sigma = std::sqrt(variance);
  return result;
}

Interval interval_around(double median, double log_sigma) {
  double const factor = std::exp(tenth_percentile * log_sigma);
  return {median, median / factor, median * factor};
}

}  // namespace hpcadvise::advisor
