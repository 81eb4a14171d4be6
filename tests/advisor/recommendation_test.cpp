// SPDX-License-Identifier: Apache-2.0
// Laws of what `advise` recommends, over jobs of several kinds.
#include "advisor/model_library.hpp"
#include "advisor/plan_gains.hpp"
#include "advisor/plan_order.hpp"
#include "advisor/plan_search.hpp"
#include "advisor/plan_space.hpp"
#include "profiles/system_description.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;

namespace {

struct Question {
  std::string model;
  std::string system;
  std::int64_t device_count;
  std::int64_t sequence_length;
  std::int64_t global_batch;
  FrameworkKind framework = FrameworkKind::unknown;
};

std::vector<Question> questions() {
  return {{"gpt-3-175b", "lumi-g", 64, 2048, 2048},
          {"llama-3.1-8b", "marenostrum5-acc", 64, 131072, 32, FrameworkKind::fsdp_compiled},
          {"llama-3.1-8b", "marenostrum5-acc", 32, 131072, 32, FrameworkKind::fsdp_compiled},
          {"llama-2-7b", "lumi-g", 64, 4096, 1024},
          {"llama-2-13b", "leonardo-booster", 16, 4096, 1024},
          {"llama-2-70b", "leonardo-booster", 96, 4096, 960, FrameworkKind::megatron_core},
          {"mixtral-8x7b", "marenostrum5-acc", 128, 4096, 1024, FrameworkKind::megatron_core},
          {"llama-3.2-1b", "marenostrum5-acc", 3, 4096, 960, FrameworkKind::fsdp_plain}};
}

struct Asked {
  explicit Asked(Question const& question)
      : machine(machine_from_system(hpcadvise::profiles::system_description(question.system))),
        options{.framework = question.framework} {
    job.model = built_in_model(question.model);
    job.sequence_length = question.sequence_length;
    job.global_batch = question.global_batch;
    ranked = search_plans(job, question.device_count, machine, {.estimate = options, .around = false});
  }

  int doubts_of(StepEstimate const& estimate) const {
    bool const extrapolated = std::ranges::find(estimate.flags, "extrapolated") != estimate.flags.end();
    return doubts(estimate.plan, {machine, options.framework}, extrapolated);
  }

  TrainingJob job;
  Machine machine;
  EstimateOptions options;
  RankedPlans ranked;
};

}  // namespace

TEST_CASE("No plan is recommended that one shown beats in time and in memory and that is no surer", "[advise][law]") {
  for (Question const& question : questions()) {
    Asked const asked(question);
    INFO(question.model << " on " << question.device_count << " of " << question.system);
    REQUIRE(asked.ranked.recommended);
    auto const& chosen = asked.ranked.plans[*asked.ranked.recommended].estimate;
    INFO(to_text(chosen.plan));
    for (auto const* const plans : {&asked.ranked.plans, &asked.ranked.trade_offs})
      for (RankedPlan const& plan : *plans) {
        auto const& other = plan.estimate;
        INFO(to_text(other.plan));
        CHECK_FALSE((other.step_time_s.median < chosen.step_time_s.median &&
                     other.memory.total_bytes() < chosen.memory.total_bytes() &&
                     asked.doubts_of(other) <= asked.doubts_of(chosen)));
      }
  }
}

TEST_CASE("Of the fastest plan nothing is left to gain by a change that the search knows", "[advise][law]") {
  for (Question const& question : questions()) {
    Asked const asked(question);
    INFO(question.model << " on " << question.device_count << " of " << question.system);
    auto const& fastest = asked.ranked.plans.front().estimate;
    INFO(to_text(fastest.plan));
    for (PlanGain const& gain : plan_gains(asked.job, fastest, asked.machine, asked.options).gains) {
      INFO(gain.what << " +" << 100 * gain.gain << " %");
      CHECK((gain.what.starts_with("a global batch of") || gain.what.starts_with("compiled layers") ||
             gain.what.ends_with("(--attention flash-3)")));
    }
  }
}

TEST_CASE("Full recomputation is searched in every number of a stage's layers that an interval repeats") {
  auto model = small_gpt();
  model.layer_count = 12;
  // They repeat 1, 2, 3, 4, 6 and 12 layers.
  CHECK(recompute_intervals(model, 1) == std::vector<std::int64_t>{12, 6, 4, 3, 2, 1});
  CHECK(recompute_intervals(model, 5) == std::vector<std::int64_t>{3, 1});
  model.layer_count = 7;  // 1, 2, 3 and 7: every sixth, fifth and fourth repeat no more than every seventh
  CHECK(recompute_intervals(model, 1) == std::vector<std::int64_t>{7, 3, 2, 1});

  model.layer_count = 12;
  std::set<std::int64_t> found;
  for (auto const& plan : legal_plans(job_of(model, 1024, 8), 8, round_machine(), {}))
    if (plan.recompute == Recompute::full && plan.pipeline_parallel == 2) found.insert(plan.recompute_interval);
  CHECK(found == std::set<std::int64_t>{1, 2, 3, 6});
}
