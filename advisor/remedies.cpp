// SPDX-License-Identifier: Apache-2.0
#include "advisor/remedies.hpp"

#include "advisor/constants.hpp"
#include "advisor/plan_request.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace hpcadvise::advisor {
namespace {

constexpr int most_doublings = 8;
constexpr std::int64_t shortest_sequence = 512;

class RemedySearch {
 public:
  RemedySearch(Machine const& machine, EstimateOptions const& options, StepEstimate const& nearest)
      : machine_(machine), options_(options), nearest_(nearest) {}

  // Whether it fits now; then it is a remedy.
  bool fits(TrainingJob const& job, std::int64_t device_count, std::string what) {
    if (!can_plan(job, device_count, machine_)) return false;
    auto const ranked = search_plans(job, device_count, machine_, {.keep = 1, .estimate = options_, .around = false});
    if (ranked.plans.empty()) return false;
    auto const& best = ranked.plans[ranked.recommended.value_or(0)].estimate;
    found_.push_back({std::move(what), best, best.tokens_per_s_per_device / nearest_.tokens_per_s_per_device});
    return true;
  }

  std::vector<Remedy> found() && {
    std::sort(found_.begin(), found_.end(), [](Remedy const& left, Remedy const& right) {
      return std::tie(right.relative_rate, left.what) < std::tie(left.relative_rate, right.what);
    });
    return std::move(found_);
  }

 private:
  Machine const& machine_;
  EstimateOptions const& options_;
  StepEstimate const& nearest_;
  std::vector<Remedy> found_;
};

}  // namespace

std::vector<Remedy> find_remedies(TrainingJob const& job, std::int64_t device_count, Machine const& machine,
                                  EstimateOptions const& options, StepEstimate const& nearest) {
  RemedySearch search(machine, options, nearest);
  for (int doubling = 1; doubling <= most_doublings; ++doubling) {
    std::int64_t const count = device_count << doubling;
    if (search.fits(job, count, profiles::format_counted(count, "device"))) break;
  }
  TrainingJob changed = job;
  while (changed.sequence_length % 2 == 0 && changed.sequence_length / 2 >= shortest_sequence) {
    changed.sequence_length /= 2;
    if (search.fits(
            changed, device_count,
            fmt::format("a sequence of {}", profiles::format_count(static_cast<double>(changed.sequence_length)))))
      break;
  }
  if (is_adam(job.optimizer)) {
    changed = job;
    changed.optimizer = Optimizer::sgd_momentum;
    search.fits(changed, device_count, "SGD with momentum, which keeps one moment less");
  }
  if (job.fine_tuning && !job.lora) {
    changed = job;
    changed.lora = LoraAdapters{};
    search.fits(changed, device_count,
                fmt::format("LoRA of rank {} on {} in place of training everything", changed.lora->rank,
                            to_string(changed.lora->targets)));
  }
  return std::move(search).found();
}

std::string sentence(Remedy const& remedy) {
  return fmt::format("{}: {:.2f} times the tokens a second and device of the plan above{}", remedy.what,
                     remedy.relative_rate,
                     remedy.estimate.plan.offload == Offload::none ? "" : ", with the optimizer's state on the host");
}

std::optional<std::int64_t> zero3_count_that_fits(TrainingJob const& job, Machine const& machine,
                                                  EstimateOptions const& options) {
  // Only the state shrinks with the count, so two devices tell it from the rest.
  ParallelPlan plan;
  plan.data_parallel = 2;
  plan.global_batch = 2;
  plan.sharding = Sharding::zero3;
  plan.recompute = Recompute::full;
  auto const memory = estimate_memory(job, plan, machine, options);
  double const half_bytes = memory.weights_bytes + memory.gradients_bytes + memory.optimizer_bytes;
  double const shard_bytes = (1 + constants::fragmentation) * half_bytes;
  double const left_bytes = memory.capacity_bytes - (memory.total_bytes() - shard_bytes);
  if (left_bytes <= 0) return std::nullopt;
  auto const node = static_cast<double>(machine.devices_per_node);
  double const count = node * std::ceil(2 * shard_bytes / left_bytes / node);
  if (count > static_cast<double>(largest_plan_number)) return std::nullopt;
  return static_cast<std::int64_t>(count);
}

}  // namespace hpcadvise::advisor
