// SPDX-License-Identifier: Apache-2.0
#include "cli/plan_option.hpp"

#include "advisor/framework.hpp"
#include "advisor/plan_json.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/error.hpp"
#include "profiles/json_text.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

namespace hpcadvise::cli {
namespace {

bool names_a_file(std::string const& text) {
  return text.find('=') == std::string::npos || std::filesystem::is_regular_file(text);
}

void take_text(std::string& option, profiles::JsonNode const& object, std::string_view key) {
  if (auto const value = object.find(key); value && option.empty()) option = value->text();
}

// All of it or nothing: options of one kind of job do not go with another.
void take_fine_tuning(FineTuningOptions& options, profiles::JsonNode const& job) {
  auto const kind = job.find("fine_tune");
  if (!kind || !options.kind.empty()) return;
  options.kind = kind->text();
  if (options.kind != "full" && options.kind != "lora") kind->fail("'" + options.kind + "' is neither full nor lora");
  if (options.kind == "full") return;
  if (auto const targets = job.find("lora_targets"); targets && options.lora_targets.empty())
    options.lora_targets = to_string(targets->one_of(advisor::lora_targets_from_string));
  if (auto const rank = job.find("lora_rank"); rank && !options.lora_rank) options.lora_rank = rank->integer(1);
}

}  // namespace

advisor::ParallelPlan read_plan(std::string const& text, std::optional<std::int64_t> global_batch,
                                std::vector<std::string>& assumed) {
  std::string const content = names_a_file(text) ? profiles::read_text_file(text) : text;
  auto plan =
      names_a_file(text) ? advisor::parallel_plan_from_json(content, text) : advisor::parallel_plan_from_text(content);
  if (content.find("global_batch") != std::string::npos) return plan;
  if (global_batch) {
    plan.global_batch = *global_batch;
    advisor::complete(plan, true);
  } else {
    assumed.push_back(fmt::format("global batch {}, the smallest that this plan can run", plan.global_batch));
  }
  return plan;
}

void take_job_of_plan(std::string const& text, JobOptions& options) {
  if (!names_a_file(text)) return;
  profiles::read_json(profiles::read_text_file(text), text, "docs/plan_format.md lists the keys",
                      [&](profiles::JsonNode const& root) {
                        if (auto const model = root.find("model")) take_text(options.model, *model, "name");
                        if (auto const machine = root.find("machine")) take_text(options.machine, *machine, "name");
                        auto const job = root.find("job");
                        if (!job) return;
                        take_text(options.precision, *job, "precision");
                        take_fine_tuning(options.fine_tuning, *job);
                        if (auto const length = job->find("sequence_length"); length && !options.sequence_length)
                          options.sequence_length = length->integer(1);
                      });
}

void take_framework_defaults(std::string const& text, advisor::ParallelPlan& plan, ResolvedJob& resolved) {
  auto const& framework = advisor::framework_traits(resolved.estimate.framework);
  if (!framework.cuts_experts_by_default || !resolved.job.model.experts || plan.tensor_parallel == 1) return;
  bool const told = names_a_file(text)
                        ? profiles::read_text_file(text).find("expert_tensor_parallel") != std::string::npos
                        : text.find("etp") != std::string::npos;
  if (told) return;
  bool const possible_without = advisor::plan_problem(resolved.job, plan, resolved.machine, framework.kind).empty();
  plan.expert_tensor_parallel = plan.tensor_parallel;
  auto const problem = advisor::plan_problem(resolved.job, plan, resolved.machine, framework.kind);
  if (possible_without && !problem.empty())
    throw profiles::UsageError(
        fmt::format("--plan {}: {}", text, problem),
        fmt::format("{} takes etp=tp unless it is told otherwise: add etp=1, and tell it", framework.name));
  resolved.assumed.push_back(fmt::format("etp={}, which is what {} takes for tp={}", plan.expert_tensor_parallel,
                                         framework.name, plan.tensor_parallel));
}

void refuse_ragged_batch(advisor::ParallelPlan const& plan) {
  auto const round = plan.micro_batch * plan.data_parallel;
  if (plan.global_batch % round == 0) return;
  throw profiles::UsageError(
      fmt::format("global_batch={} is not a multiple of micro_batch x dp = {}", plan.global_batch, round),
      fmt::format("The next that is: global_batch={}", (plan.global_batch / round + 1) * round));
}

}  // namespace hpcadvise::cli
