// SPDX-License-Identifier: Apache-2.0
#include "advisor/verify.hpp"

#include "advisor/rates.hpp"
#include "profiles/error.hpp"
#include "profiles/order_statistics.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hpcadvise::advisor {
namespace {

using profiles::format_bytes;
using profiles::format_ratio_as_percent;
using profiles::format_seconds;

// From where on a difference or a share is worth a sentence.
constexpr double worth_saying = 0.03;
constexpr double full_memory = 0.92;  // reserved: beyond it the allocator begins to free and retry
constexpr double uneven_ranks = 0.10;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return profiles::quantile(values, 0.5);
}

MemoryComparison memory_of(TrainingLog const& log, MemoryEstimate const& memory) {
  return {.measured_allocated_bytes = log.memory_allocated_bytes,
          .measured_reserved_bytes = log.memory_reserved_bytes,
          .predicted_allocated_bytes = memory.allocated_bytes(),
          .predicted_reserved_bytes = memory.reserved_bytes(),
          .capacity_bytes = memory.capacity_bytes};
}

// No run is faster than the device's arithmetic: the log is of something else than the plan, and nothing can be learnt
// of it.
void refuse_beyond_peak(Verification const& result, TrainingJob const& job, Machine const& machine) {
  auto const& rates = gemm_rates(machine, job.precision);
  double const peak_flops_per_s = std::max(rates.peak_flops_per_s, rates.plateau_flops_per_s);
  double const step_s = result.measured.median_s;
  double const flops_per_s =
      result.predicted.model_flops_per_s_per_device * result.predicted.step_time_s.median / step_s;
  if (flops_per_s <= peak_flops_per_s) return;
  throw profiles::UsageError(
      fmt::format("steps of {} would be {} a device, more than the {} that {} can do in {}", format_seconds(step_s),
                  profiles::format_flops_per_s(flops_per_s), profiles::format_flops_per_s(peak_flops_per_s),
                  machine.device, profiles::to_string(job.precision)),
      "The log is of another run: give its model, sequence length, plan, precision and machine.");
}

std::optional<double> logged_rate(TrainingLog const& log) {
  std::vector<double> rates;
  for (auto const& step : log.steps)
    if (step.flops_per_s_per_device) rates.push_back(*step.flops_per_s_per_device);
  return rates.empty() ? std::nullopt : std::optional(median(rates));
}

std::vector<std::string> verdict_of(Verification const& result) {
  std::vector<std::string> sentences;
  double const step_s = result.measured.median_s;
  double const error = result.step_error();
  sentences.push_back(fmt::format("the predicted step is {} {} than the measured one, which lies {} its P10..P90",
                                  format_ratio_as_percent(std::abs(error)), error > 0 ? "longer" : "shorter",
                                  result.inside() ? "inside" : "outside"));
  if (step_s > hopeless_slowness * result.predicted.step_time_s.median)
    sentences.push_back(fmt::format(
        "that is {:.1f} times the prediction, as {} of {} published runs are: the log is of another model, plan or "
        "machine, or the run was held up",
        step_s / result.predicted.step_time_s.median, hopeless_runs, slowness_was_seen_of));
  if (!result.predicted.memory.fits())
    sentences.emplace_back(
        "it ran, although the prediction says that it does not fit: the memory is predicted too high");

  auto const most = std::max_element(result.terms.begin(), result.terms.end(), [](auto const& a, auto const& b) {
    return std::abs(a.measured_s - a.predicted_s) < std::abs(b.measured_s - b.predicted_s);
  });
  if (most == result.terms.end()) return sentences;
  double const off_s = most->measured_s - most->predicted_s;
  if (std::abs(off_s) < worth_saying * step_s)
    sentences.push_back(
        fmt::format("no part of the step is off by more than {} of it", format_ratio_as_percent(worth_saying)));
  else
    sentences.push_back(fmt::format("the largest difference is in {}: {} measured, {} predicted, {} of the step",
                                    most->label, format_seconds(most->measured_s), format_seconds(most->predicted_s),
                                    format_ratio_as_percent(std::abs(off_s) / step_s)));
  return sentences;
}

// Each looks for one thing in the log and adds a sentence when it is there.
void observe_data_loading(TrainingLog const& log, Verification& result) {
  auto const timer = log.timers.find("batch-generator");
  if (timer == log.timers.end()) return;
  double const loading_s = median_timer_s(timer->second.slowest_s);
  if (loading_s > worth_saying * result.measured.median_s)
    result.observed.push_back(fmt::format("batch-generator takes {} a step: the prediction has no waiting for data",
                                          format_seconds(loading_s)));
}

void observe_rest(TrainingLog const&, Verification& result) {
  if (result.terms.empty()) return;
  double const rest_s = result.terms.back().measured_s;
  if (rest_s > worth_saying * result.measured.median_s)
    result.observed.push_back(fmt::format("{} a step pass outside of the timers: loading data, logging, or the host",
                                          format_seconds(rest_s)));
}

void observe_uneven_ranks(TrainingLog const& log, Verification& result) {
  for (char const* const name : {"forward-backward", "forward-compute", "backward-compute"}) {
    auto const timer = log.timers.find(name);
    if (timer == log.timers.end() || timer->second.fastest_s.empty()) continue;
    double const slowest_s = median_timer_s(timer->second.slowest_s);
    double const fastest_s = median_timer_s(timer->second.fastest_s);
    if (slowest_s > (1 + uneven_ranks) * fastest_s)
      result.observed.push_back(fmt::format("{} takes {} to {} on different ranks: unequal stages, or a slow device",
                                            name, format_seconds(fastest_s), format_seconds(slowest_s)));
  }
}

// With room left the pieces that it holds are of the wrong sizes, or another program has the rest.
std::string cause_of_retries(std::optional<double> reserved_bytes, double capacity_bytes) {
  if (!reserved_bytes) return "memory is nearly full, or in pieces";
  if (*reserved_bytes > full_memory * capacity_bytes) return "memory is nearly full";
  return fmt::format(
      "with {} of {} reserved the memory is not full but in pieces (fragmentation), or something else holds the rest; "
      "PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True lets pieces grow",
      format_bytes(*reserved_bytes), format_bytes(capacity_bytes));
}

void observe_memory(TrainingLog const& log, Verification& result) {
  double const capacity_bytes = result.memory.capacity_bytes;
  if (log.allocator_retries > 0)
    result.observed.push_back(fmt::format("the caching allocator had to free and retry {}, and each costs time: {}",
                                          profiles::format_counted(log.allocator_retries, "time"),
                                          cause_of_retries(log.memory_reserved_bytes, capacity_bytes)));
  if (log.memory_reserved_bytes && *log.memory_reserved_bytes > full_memory * capacity_bytes)
    result.observed.push_back(fmt::format("{} of {} are reserved: the allocator may have had to free and retry",
                                          format_bytes(*log.memory_reserved_bytes), format_bytes(capacity_bytes)));
}

// The warm-up of a stage holds (vpp - 1) rounds (NVIDIA/Megatron-LM, megatron/core/pipeline_parallel/schedules.py,
// num_warmup_microbatches).
void observe_rounds(TrainingLog const& log, Verification& result) {
  auto const& plan = result.predicted.plan;
  if (plan.virtual_stages == 1 || log.settings.round.value_or(0) <= plan.pipeline_parallel) return;
  result.observed.push_back(fmt::format(
      "a virtual stage takes {} micro-batches in turn (--microbatch-group-size-per-virtual-pipeline-stage), which is "
      "not modelled: the prediction has rounds of pp={}, so the run holds more activations, and may hide more of its "
      "transfers",
      *log.settings.round, plan.pipeline_parallel));
}

void observe_drift(TrainingLog const&, Verification& result) {
  auto const& times_s = result.measured.times_s;
  if (times_s.size() < 12) return;  // a third each needs four for a median
  auto const third = std::ptrdiff_t(times_s.size() / 3);
  double const first_s = median({times_s.begin(), times_s.begin() + third});
  double const last_s = median({times_s.end() - third, times_s.end()});
  if (std::abs(last_s / first_s - 1) > worth_saying)
    result.observed.push_back(
        fmt::format("the step goes from {} in the first third of the log to {} in the last: clocks, temperature, other "
                    "jobs' traffic, or growing sequences",
                    format_seconds(first_s), format_seconds(last_s)));
}

constexpr void (*observations[])(TrainingLog const&, Verification&) = {
    observe_data_loading, observe_rest, observe_uneven_ranks, observe_memory, observe_rounds, observe_drift,
};

}  // namespace

Verification verify(TrainingLog const& log, TrainingJob const& job, ParallelPlan const& plan, Machine const& machine,
                    EstimateOptions const& options) {
  check_settings(log.settings, job, plan, options);
  Verification result;
  result.measured = step_readings(log, job, plan);
  result.predicted = estimate_step(job, plan, machine, options);
  refuse_beyond_peak(result, job, machine);
  result.memory = memory_of(log, result.predicted.memory);
  result.terms = compare_terms(log, result.measured.median_s, result.predicted.terms);
  result.logged_flops_per_s_per_device = logged_rate(log);
  result.verdict = verdict_of(result);
  for (auto const observe : observations) observe(log, result);
  return result;
}

}  // namespace hpcadvise::advisor
