// SPDX-License-Identifier: Apache-2.0
#include "advisor/usual_batch.hpp"

#include "advisor/critical_batch.hpp"
#include "advisor/multiple.hpp"
#include "advisor/plan_request.hpp"
#include "advisor/plan_space.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <vector>

namespace hpcadvise::advisor {
namespace {

// Llama 2 was trained with 4 M tokens a step and fine-tuned with 64 sequences (Touvron et al. 2023, sections 2.2 and
// 3.1).
constexpr double usual_tokens = 1 << 22;
constexpr double usual_fine_tuning_sequences = 64;
constexpr double tolerance = 0.25;

// Of all legal plans, whatever the batch: those without a pipeline, then the others, each largest first. A batch that
// only an odd number of stages divides (3,072 devices, three stages) leaves no other layout.
std::vector<std::int64_t> data_parallel_sizes(TrainingJob job, std::int64_t device_count, Machine const& machine,
                                              EstimateOptions const& options) {
  job.global_batch = device_count;
  std::set<std::int64_t, std::greater<>> whole;
  std::set<std::int64_t, std::greater<>> staged;
  for (Family const& family : plan_space(job, device_count, machine, options).families)
    for (Cut const* const cut : family.cuts) (cut->pipeline == 1 ? whole : staged).insert(cut->data);
  std::vector<std::int64_t> sizes(whole.begin(), whole.end());
  sizes.insert(sizes.end(), staged.begin(), staged.end());
  return sizes;
}

struct Wanted {
  double sequences = 1;
  BatchBasis basis = BatchBasis::tokens;
};

Wanted wanted_batch(TrainingJob job) {
  if (job.fine_tuning) return {usual_fine_tuning_sequences, BatchBasis::fine_tuning};
  job.global_batch = 1;
  double const critical = has_critical_batch(job) ? critical_batch_tokens(job) : usual_tokens;
  double const sequences = std::min(critical, usual_tokens) / static_cast<double>(job.sequence_length);
  return {std::max(1.0, sequences), critical < usual_tokens ? BatchBasis::critical : BatchBasis::tokens};
}

// Near what is wanted, and above a critical batch only where one sequence for each rank is.
std::int64_t batch_for(Wanted const& wanted, std::int64_t ranks) {
  std::int64_t unit = ranks;
  while (static_cast<double>(2 * unit) <= tolerance * wanted.sequences) unit *= 2;
  std::int64_t const batch = nearest_multiple(wanted.sequences, unit);
  bool const too_large = wanted.basis == BatchBasis::critical && static_cast<double>(batch) > wanted.sequences;
  return too_large && batch > unit ? batch - unit : batch;
}

}  // namespace

UsualBatch usual_global_batch(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                              EstimateOptions const& options) {
  auto const wanted = wanted_batch(job);
  auto const distance = [&](std::int64_t batch) { return std::abs(static_cast<double>(batch) - wanted.sequences); };
  // Half a sequence more or less is what rounding leaves.
  double const most_distance = std::max(0.5, tolerance * wanted.sequences);

  UsualBatch usual{std::llround(wanted.sequences), true, wanted.basis};
  if (!device_count_problem(device_count, machine).empty()) return usual;
  auto const sizes = data_parallel_sizes(job, device_count, machine, options);
  if (sizes.empty()) return usual;
  usual.sequences = batch_for(wanted, sizes.front());
  for (std::int64_t const size : sizes) {
    std::int64_t const batch = batch_for(wanted, size);
    if (distance(batch) <= most_distance) return {batch, true, wanted.basis};
    if (distance(batch) < distance(usual.sequences)) usual.sequences = batch;
  }
  usual.is_usual = false;
  return usual;
}

}  // namespace hpcadvise::advisor
