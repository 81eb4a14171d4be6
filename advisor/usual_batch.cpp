// SPDX-License-Identifier: Apache-2.0
#include "advisor/usual_batch.hpp"

#include "advisor/plan_request.hpp"
#include "advisor/plan_space.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

namespace hpcadvise::advisor {
namespace {

// Llama 2 was trained with 4 M tokens a step and fine-tuned with 64 sequences (Touvron et al. 2023, sections 2.2 and
// 3.1).
constexpr double usual_tokens = 1 << 22;
constexpr double usual_fine_tuning_sequences = 64;
constexpr double tolerance = 0.25;

// Of all legal plans, whatever the batch; largest first.
std::set<std::int64_t, std::greater<>> data_parallel_sizes(TrainingJob job, std::int64_t device_count,
                                                           Machine const& machine, EstimateOptions const& options) {
  job.global_batch = device_count;
  std::set<std::int64_t, std::greater<>> sizes;
  for (Family const& family : plan_space(job, device_count, machine, options).families)
    for (Cut const* const cut : family.cuts) sizes.insert(cut->data);
  return sizes;
}

std::int64_t nearest_multiple(double value, std::int64_t unit) {
  return std::max<std::int64_t>(1, std::llround(value / static_cast<double>(unit))) * unit;
}

}  // namespace

UsualBatch usual_global_batch(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                              EstimateOptions const& options) {
  double const sequences =
      job.fine_tuning ? usual_fine_tuning_sequences : usual_tokens / static_cast<double>(job.sequence_length);
  double const wanted = std::max(1.0, sequences);
  auto const distance = [&](std::int64_t batch) { return std::abs(static_cast<double>(batch) - wanted); };
  // Half a sequence more or less is what rounding leaves.
  double const most_distance = std::max(0.5, tolerance * wanted);

  UsualBatch nearest{std::llround(wanted), true};
  if (!device_count_problem(device_count, machine).empty()) return nearest;
  auto const sizes = data_parallel_sizes(job, device_count, machine, options);
  if (sizes.empty()) return nearest;
  nearest = {nearest_multiple(wanted, *sizes.begin()), false};
  for (std::int64_t const size : sizes) {
    std::int64_t const batch = nearest_multiple(wanted, size);
    if (distance(batch) <= most_distance) return {batch, true};
    if (distance(batch) < distance(nearest.sequences)) nearest.sequences = batch;
  }
  return nearest;
}

}  // namespace hpcadvise::advisor
