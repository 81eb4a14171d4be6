// SPDX-License-Identifier: Apache-2.0
#include "cli/plan_option.hpp"

#include "advisor/framework.hpp"
#include "advisor/framework_limits.hpp"
#include "advisor/plan_json.hpp"
#include "cli/job_json.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/error.hpp"
#include "profiles/json_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace hpcadvise::cli {
namespace {

struct PlanSource {
  std::string file;  // empty: a plan in short
  std::optional<std::int64_t> rank;
};

std::int64_t rank_or_throw(std::string const& text, std::string const& file, std::string_view rank) {
  std::int64_t number = 0;
  auto const* const end = rank.data() + rank.size();
  auto const [stop, error] = std::from_chars(rank.data(), end, number);
  if (error == std::errc{} && stop == end && number >= 1) return number;
  throw profiles::UsageError(fmt::format("--plan {}: '{}' is not the number of a plan", text, rank),
                             fmt::format("Write {}#2 for the second plan of its table.", file));
}

PlanSource source_of(std::string const& text) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(text, ignored)) return {text, {}};
  if (auto const hash = text.rfind('#'); hash != std::string::npos) {
    auto const file = text.substr(0, hash);
    return {file, rank_or_throw(text, file, std::string_view(text).substr(hash + 1))};
  }
  return text.find('=') == std::string::npos ? PlanSource{text, {}} : PlanSource{};
}

// What `option` was left to the plan, which names a file by its path from where the plan was made.
void refuse_lost_file(std::string const& plan, char const* option, std::string const& named) {
  std::filesystem::path const path(named);
  bool const is_path = path.extension() == ".json" || path.has_parent_path();
  std::error_code ignored;
  if (!is_path || std::filesystem::exists(path, ignored)) return;
  throw profiles::UsageError(
      fmt::format("--plan {}: it takes {} from '{}', and there is no such file here", plan,
                  std::string_view(option).substr(2), named),
      fmt::format("Say where it is with {}, or start in the folder where the plan was made.", option));
}

}  // namespace

advisor::ParallelPlan read_plan(std::string const& text, std::optional<std::int64_t> global_batch,
                                std::vector<std::string>& assumed) {
  auto const source = source_of(text);
  std::string const content = source.file.empty() ? text : profiles::read_text_file(source.file);
  auto [plan, which] = source.file.empty() ? advisor::PlanInFile{advisor::parallel_plan_from_text(content), {}}
                                           : advisor::parallel_plan_from_json(content, source.file, source.rank);
  if (!which.empty()) assumed.push_back(which);
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
  auto const source = source_of(text);
  if (source.file.empty()) return;
  auto const asked = options;
  profiles::read_json(profiles::read_text_file(source.file), source.file, "docs/plan_format.md lists the keys",
                      [&](profiles::JsonNode const& root) { take_job(root, options); });
  if (asked.model.empty()) refuse_lost_file(text, "--model", options.model);
  if (asked.machine.empty()) refuse_lost_file(text, "--machine", options.machine);
  if (!asked.calibration && options.calibration) refuse_lost_file(text, "--calibration", options.calibration->string());
}

void take_framework_defaults(std::string const& text, advisor::ParallelPlan& plan, ResolvedJob& resolved) {
  auto const& framework = advisor::framework_traits(resolved.estimate.framework);
  if (!framework.cuts_experts_by_default || !resolved.job.model.experts || plan.tensor_parallel == 1) return;
  auto const file = source_of(text).file;
  bool const told = file.empty() ? text.find("etp") != std::string::npos
                                 : profiles::read_text_file(file).find("expert_tensor_parallel") != std::string::npos;
  if (told) return;
  bool const possible_without = advisor::plan_problem(resolved.job, plan, resolved.machine, framework.kind).empty();
  plan.expert_tensor_parallel = plan.tensor_parallel;
  auto const problem = advisor::plan_problem(resolved.job, plan, resolved.machine, framework.kind);
  if (possible_without && !problem.empty())
    throw profiles::UsageError(
        fmt::format("--plan {}: {}", text, problem.what),
        fmt::format("{} takes etp=tp unless it is told otherwise: add etp=1, and tell it", framework.name));
  resolved.assumed.push_back(fmt::format("etp={}, which is what {} takes for tp={}", plan.expert_tensor_parallel,
                                         framework.name, plan.tensor_parallel));
}

void refuse_what_framework_lacks(std::string const& text, advisor::ParallelPlan const& plan,
                                 advisor::FrameworkKind framework) {
  if (framework == advisor::FrameworkKind::unknown) return;
  auto const missing = advisor::missing_feature(advisor::framework_limits(framework), plan);
  if (!missing) return;
  throw profiles::UsageError(
      fmt::format("--plan {}: {}: {} does not have it", text, missing->what, to_string(framework)),
      fmt::format("{}, or name another --framework", missing->next));
}

void refuse_ragged_batch(advisor::ParallelPlan const& plan) {
  auto const round = plan.micro_batch * plan.data_parallel;
  if (plan.global_batch % round == 0) return;
  throw profiles::UsageError(
      fmt::format("global_batch={} is not a multiple of micro_batch x dp = {}", plan.global_batch, round),
      fmt::format("The next that is: global_batch={}", (plan.global_batch / round + 1) * round));
}

}  // namespace hpcadvise::cli
