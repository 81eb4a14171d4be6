// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_scan.hpp"

#include "advisor/lower_bound.hpp"
#include "advisor/memory_parts.hpp"
#include "advisor/step_terms.hpp"
#include "advisor/uncertainty.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <tuple>
#include <vector>

namespace hpcadvise::advisor {
namespace {

// A family with one kind of recomputation.
struct Slice {
  double lower_bound_s = 0;
  std::size_t family = 0;
  Recompute recompute = Recompute::none;
};

constexpr std::array kinds{Recompute::none, Recompute::selective, Recompute::full};

// Two layouts at most for each number of stages.
class StageLayouts {
 public:
  StageLayouts(ModelSpec const& model, FrameworkTraits const& framework) : model_(model), framework_(framework) {
    layouts_.resize(static_cast<std::size_t>(model.layer_count) + 1);
  }

  std::vector<Stage> const& of(ParallelPlan const& plan) {
    auto& layout =
        layouts_[static_cast<std::size_t>(plan.pipeline_parallel)][ends_are_items(model_, plan, framework_) ? 1 : 0];
    if (layout.empty()) layout = stage_layout(model_, plan, framework_);
    return layout;
  }

 private:
  ModelSpec const& model_;
  FrameworkTraits const& framework_;
  std::vector<std::array<std::vector<Stage>, 2>> layouts_;
};

class Scanner {
 public:
  Scanner(TrainingJob const& job, std::int64_t device_count, PlanSpace const& space, Machine const& machine,
          EstimateOptions const& options, bool prune, OffloadCollector& collector)
      : job_(job),
        device_count_(device_count),
        space_(space),
        machine_(machine),
        options_(options),
        prune_(prune),
        collector_(collector),
        framework_(framework_traits(options.framework)),
        setting_{machine, options.framework},
        facts_(model_facts(job, {})),
        layouts_(job.model, framework_),
        traits_(run_traits(job, {}, options.framework, {})),
        least_factor_(options.calibration ? std::exp(least_log_factor(*options.calibration)) : 1) {}

  PlanScan scan() {
    for (Slice const& slice : slices()) {
      if (prune_ && slice.lower_bound_s > collector_.threshold_s())
        result_.slower += plans_of(space_.families[slice.family], slice.recompute);
      else
        scan_slice(slice);
    }
    result_.considered = looked_at();
    return result_;
  }

 private:
  CostContext context_of(ParallelPlan const& plan) const { return {job_, plan, machine_, options_, framework_}; }

  std::span<RecomputeChoice const> choices(Recompute recompute) const {
    auto const& all = space_.recomputes;
    auto const is_other = [&](RecomputeChoice const& choice) { return choice.recompute != recompute; };
    auto const first = std::find_if_not(all.begin(), all.end(), is_other);
    return {first, std::find_if(first, all.end(), is_other)};
  }

  // By lower bound, that of what repeats least, so that fast plans come first and most of the others need not be looked
  // at.
  std::vector<Slice> slices() {
    std::vector<Slice> slices;
    slices.reserve(space_.families.size() * kinds.size());
    for (std::size_t family = 0; family < space_.families.size(); ++family) {
      ParallelPlan plan = space_.families[family].plan;
      if (prune_ && logits_exceed_memory(plan)) {
        for (Recompute const kind : kinds) result_.too_large += plans_of(space_.families[family], kind);
        continue;
      }
      auto const cost = model_cost(context_of(plan), facts_.kinds);
      double const pass_s = model_pass_s(facts_, cost);
      for (Recompute const kind : kinds) {
        if (choices(kind).empty()) continue;
        apply(choices(kind).front(), plan);
        double const repeated_s = model_recompute_s(context_of(plan), facts_, cost);
        double const bound_s = step_lower_bound_s(plan, device_count_, pass_s + repeated_s);
        slices.push_back({least_factor_ * bound_s, family, kind});
      }
    }
    std::sort(slices.begin(), slices.end(), [](Slice const& left, Slice const& right) {
      return std::tuple(left.lower_bound_s, left.family, left.recompute) <
             std::tuple(right.lower_bound_s, right.family, right.recompute);
    });
    return slices;
  }

  // Every cut has a last stage. With a micro-batch of one sequence plans are looked at, so that the nearest is known:
  // it needs the least memory.
  bool logits_exceed_memory(ParallelPlan const& plan) const {
    return plan.micro_batch > 1 && logits_bytes(job_, plan, options_) > machine_.memory_bytes;
  }

  void scan_slice(Slice const& slice) {
    Family const& family = space_.families[slice.family];
    auto const before = looked_at();
    for (RecomputeChoice const& recompute : choices(slice.recompute)) {
      if (std::ranges::none_of(family.cuts, [&](Cut const* cut) { return cut->has(recompute); })) continue;
      if (!scan_choice(family, recompute)) break;
    }
    result_.slower += plans_of(family, slice.recompute) - (looked_at() - before);
  }

  std::int64_t looked_at() const { return result_.estimated + result_.too_large + result_.slower; }

  // Its plans share the cost of a micro-batch. False: they are slower than what is wanted, and so is what repeats more.
  bool scan_choice(Family const& family, RecomputeChoice const& recompute) {
    ParallelPlan plan = family.plan;
    apply(recompute, plan);
    auto const cost = model_cost(context_of(plan), facts_.kinds);
    double const bound_s = step_lower_bound_s(plan, device_count_, model_pass_s(facts_, cost));
    if (prune_ && least_factor_ * bound_s > collector_.threshold_s()) return false;
    facts_.parts.adapters = adapter_parts(job_, plan);
    bool const extrapolated = cost.extrapolated();
    auto const micro_batch = micro_batch_memory(job_, plan, machine_, options_, facts_);
    for (Cut const* const cut : family.cuts) {
      if (!cut->has(recompute)) continue;
      apply(*cut, plan);
      std::vector<Stage> const* stages = nullptr;
      PipelinePace pace;
      for (ScheduleChoice const& schedule : cut->schedules_for(plan.gradient_accumulation())) {
        apply(schedule, plan);
        if (auto const& layout = layouts_.of(plan); &layout != stages) {
          stages = &layout;
          pace = pipeline_pace(layout, cost);
        }
        double const lower_bound_s = least_factor_ * paced_lower_bound_s(plan, pace.slowest_s);
        for (ShardingChoice const& sharding : cut->shardings) {
          if (prune_ && lower_bound_s > collector_.threshold_s(sharding.offload)) {
            ++result_.slower;
            continue;
          }
          apply(sharding, plan);
          scan_plan(plan, cost, extrapolated, micro_batch, *stages, pace);
        }
      }
    }
    return true;
  }

  void scan_plan(ParallelPlan const& plan, ModelCost const& cost, bool extrapolated,
                 MicroBatchMemory const& micro_batch, std::vector<Stage> const& stages, PipelinePace const& pace) {
    auto const memory = memory_of(job_, plan, machine_, framework_, facts_, micro_batch, stages);
    ScoredPlan scored{plan, 0, memory.total_bytes(), memory.capacity_bytes};
    if (!memory.fits_undisturbed()) {
      ++result_.too_large;
      if (!result_.nearest || scored.memory_bytes < result_.nearest->memory_bytes) result_.nearest = scored;
      return;
    }
    ++result_.estimated;
    scored.step_s = factor_of(plan, cost) * step_terms(context_of(plan), facts_, cost, stages, pace).total_s();
    scored.doubts = doubts(plan, setting_, extrapolated);
    scored.complexity = complexity(plan, setting_);
    collector_.add(scored);
  }

  double factor_of(ParallelPlan const& plan, ModelCost const& cost) {
    if (!options_.calibration) return 1;
    traits_.plan = plan;
    traits_.doubts = step_uncertainty(job_, plan, machine_, options_, cost.extrapolated()).doubts;
    return std::exp(correction(*options_.calibration, traits_).log_factor);
  }

  TrainingJob const& job_;
  std::int64_t device_count_;
  PlanSpace const& space_;
  Machine const& machine_;
  EstimateOptions const& options_;
  bool prune_;
  OffloadCollector& collector_;
  FrameworkTraits const& framework_;
  PlanSetting setting_;
  ModelFacts facts_;
  StageLayouts layouts_;
  RunTraits traits_;     // of the plan at hand
  double least_factor_;  // that a calibration gives to any plan
  PlanScan result_;
};

}  // namespace

PlanScan scan_plans(TrainingJob const& job, std::int64_t device_count, PlanSpace const& space, Machine const& machine,
                    EstimateOptions const& options, bool prune, OffloadCollector& collector) {
  return Scanner(job, device_count, space, machine, options, prune, collector).scan();
}

}  // namespace hpcadvise::advisor
