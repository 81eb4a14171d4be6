// SPDX-License-Identifier: Apache-2.0
#include "cli/plan_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace hpcadvise::cli {

using advisor::ParallelPlan;

std::string short_plan(ParallelPlan const& plan) {
  std::string text;
  auto const add = [&](std::string const& word) { text += (text.empty() ? "" : " ") + word; };
  if (plan.tensor_parallel > 1) add(fmt::format("tp={}{}", plan.tensor_parallel, plan.sequence_parallel ? "+sp" : ""));
  if (plan.pipeline_parallel > 1) add(fmt::format("pp={}", plan.pipeline_parallel));
  if (plan.virtual_stages > 1) add(fmt::format("vpp={}", plan.virtual_stages));
  if (plan.schedule != advisor::Schedule::one_forward_one_backward) add(std::string(to_string(plan.schedule)));
  if (plan.context_parallel > 1)
    add(fmt::format("cp={}{}", plan.context_parallel,
                    plan.context_exchange == advisor::ContextExchange::all_to_all ? "+a2a" : ""));
  if (plan.expert_parallel > 1) add(fmt::format("ep={}", plan.expert_parallel));
  // Megatron-Core takes tp for an etp that is not said.
  if (plan.expert_tensor_parallel > 1 || (plan.expert_parallel > 1 && plan.tensor_parallel > 1))
    add(fmt::format("etp={}", plan.expert_tensor_parallel));
  add(fmt::format("dp={}", plan.data_parallel));
  if (plan.sharding != advisor::Sharding::none)
    add(std::string(advisor::to_string(plan.sharding)) +
        (plan.shard_group > 0 ? fmt::format("/{}", plan.shard_group) : std::string()));
  add(fmt::format("mb={}", plan.micro_batch));
  if (plan.recompute != advisor::Recompute::none)
    add(fmt::format("recompute={}{}", advisor::to_string(plan.recompute),
                    plan.recompute_interval > 1 ? fmt::format("/{}", plan.recompute_interval) : std::string()));
  if (plan.offload != advisor::Offload::none) add(fmt::format("offload={}", advisor::to_string(plan.offload)));
  return text;
}

std::string short_forms_text(std::span<ParallelPlan const> plans) {
  struct Form {
    std::string_view text;
    bool (*occurs)(ParallelPlan const&);
  };
  constexpr Form forms[] = {
      {"mb for micro_batch", [](ParallelPlan const&) { return true; }},
      {"+sp for sequence_parallel=true", [](ParallelPlan const& plan) { return plan.sequence_parallel; }},
      {"+a2a for context_exchange=all_to_all",
       [](ParallelPlan const& plan) {
         return plan.context_parallel > 1 && plan.context_exchange == advisor::ContextExchange::all_to_all;
       }},
      {"zero3/N for shard_group=N", [](ParallelPlan const& plan) { return plan.shard_group > 0; }},
      {"full/N for recompute_interval=N", [](ParallelPlan const& plan) { return plan.recompute_interval > 1; }},
      {"zero_bubble for schedule=zero_bubble",
       [](ParallelPlan const& plan) { return plan.schedule == advisor::Schedule::zero_bubble; }}};
  std::string text = "short:";
  char const* separator = " ";
  for (Form const& form : forms) {
    if (std::none_of(plans.begin(), plans.end(), form.occurs)) continue;
    text += fmt::format("{}{}", separator, form.text);
    separator = "; ";
  }
  return text;
}

std::string plan_option_text(ParallelPlan const& plan, Terminal const& terminal) {
  std::string list = to_text(plan);
  std::string text;
  while (display_width(list) > terminal.width) {
    auto const comma = list.rfind(',', std::size_t(terminal.width - 2));
    if (comma == std::string::npos) break;
    text += list.substr(0, comma + 1) + "\\\n";
    list.erase(0, comma + 1);
  }
  return text + list;
}

}  // namespace hpcadvise::cli
