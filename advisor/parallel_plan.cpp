// SPDX-License-Identifier: Apache-2.0
#include "advisor/parallel_plan.hpp"

#include "profiles/error.hpp"
#include "profiles/nearest_name.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>
#include <vector>

namespace hpcadvise::advisor {
namespace {

struct NumberKey {
  std::string_view name;
  std::int64_t ParallelPlan::*value;
  bool rare = false;  // written only when it is not as on one device
};
// In the order they are written.
constexpr std::array numbers{NumberKey{"tp", &ParallelPlan::tensor_parallel},
                             NumberKey{"pp", &ParallelPlan::pipeline_parallel},
                             NumberKey{"dp", &ParallelPlan::data_parallel},
                             NumberKey{"cp", &ParallelPlan::context_parallel, true},
                             NumberKey{"ep", &ParallelPlan::expert_parallel, true},
                             NumberKey{"etp", &ParallelPlan::expert_tensor_parallel, true},
                             NumberKey{"vpp", &ParallelPlan::virtual_stages, true},
                             NumberKey{"shard_group", &ParallelPlan::shard_group, true},
                             NumberKey{"recompute_interval", &ParallelPlan::recompute_interval, true},
                             NumberKey{"micro_batch", &ParallelPlan::micro_batch},
                             NumberKey{"global_batch", &ParallelPlan::global_batch}};

template <class Value>
struct Word {
  std::string_view name;
  Value value;
};
// The first name of a value is the one that is written.
constexpr std::array shardings{Word<Sharding>{"none", Sharding::none}, Word<Sharding>{"zero1", Sharding::zero1},
                               Word<Sharding>{"zero2", Sharding::zero2}, Word<Sharding>{"zero3", Sharding::zero3},
                               Word<Sharding>{"fsdp", Sharding::zero3}};
constexpr std::array recomputes{
    Word<Recompute>{"none", Recompute::none}, Word<Recompute>{"attention", Recompute::attention},
    Word<Recompute>{"selective", Recompute::selective}, Word<Recompute>{"full", Recompute::full}};
constexpr std::array schedules{Word<Schedule>{"1f1b", Schedule::one_forward_one_backward},
                               Word<Schedule>{"gpipe", Schedule::gpipe},
                               Word<Schedule>{"zero_bubble", Schedule::zero_bubble}};
constexpr std::array exchanges{Word<ContextExchange>{"ring", ContextExchange::ring},
                               Word<ContextExchange>{"all_to_all", ContextExchange::all_to_all}};
constexpr std::array offloads{Word<Offload>{"none", Offload::none}, Word<Offload>{"optimizer", Offload::optimizer}};

template <class Value, std::size_t count>
std::string_view name_of(std::array<Word<Value>, count> const& words, Value value) {
  return std::find_if(words.begin(), words.end(), [&](auto const& word) { return word.value == value; })->name;
}

template <class Value, std::size_t count>
std::optional<Value> value_of(std::array<Word<Value>, count> const& words, std::string_view name) {
  auto const word = std::find_if(words.begin(), words.end(), [&](auto const& each) { return each.name == name; });
  if (word == words.end()) return std::nullopt;
  return word->value;
}

template <class Value, std::size_t count>
Value word_or_throw(std::array<Word<Value>, count> const& words, std::string_view key, std::string_view text) {
  if (auto const value = value_of(words, text)) return *value;
  std::vector<std::string_view> names;
  names.reserve(words.size());
  for (auto const& word : words) names.push_back(word.name);
  throw profiles::UsageError(fmt::format("plan: {}={}: not a value of {}", key, text, key),
                             fmt::format("use one of {}", fmt::join(names, ", ")));
}

std::int64_t number_or_throw(std::string_view key, std::string_view text) {
  std::int64_t number = 0;
  auto const* const end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(text.data(), end, number);
  auto const refuse = [&](std::string_view why) {
    throw profiles::UsageError(fmt::format("plan: {}={}: {}", key, text, why),
                               fmt::format("write {}=1 or more, up to {}", key, largest_plan_number));
  };
  if (error == std::errc::invalid_argument || stop != end) refuse("not a whole number");
  bool const overflow = error == std::errc::result_out_of_range;
  if (overflow ? text.starts_with('-') : number < 1) refuse("below 1");
  if (overflow || number > largest_plan_number) refuse(fmt::format("above {}", largest_plan_number));
  return number;
}

[[noreturn]] void unknown_key(std::string_view key) {
  std::vector<std::string> known;
  known.reserve(numbers.size() + 6);
  for (NumberKey const& number : numbers) known.emplace_back(number.name);
  known.insert(known.end(), {"recompute", "sharding", "sequence_parallel", "schedule", "context_exchange", "offload"});
  // The short form of the tables that advise prints.
  auto const nearest = key == "mb" ? "micro_batch" : profiles::nearest_name(key, known);
  throw profiles::UsageError(
      fmt::format("plan: unknown key '{}'", key),
      nearest ? fmt::format("did you mean '{}'?", *nearest) : fmt::format("keys are {}", fmt::join(known, ", ")));
}

Sharding sharding_or_throw(std::string_view key, std::string_view text) {
  if (text == "hsdp")
    throw profiles::UsageError("plan: sharding=hsdp: over how many ranks it shards is not said",
                               "write sharding=zero3,shard_group=8 for groups of 8 data-parallel ranks");
  return word_or_throw(shardings, key, text);
}

void set_key(ParallelPlan& plan, std::string_view key, std::string_view text) {
  auto const number =
      std::find_if(numbers.begin(), numbers.end(), [&](NumberKey const& each) { return each.name == key; });
  if (number != numbers.end())
    plan.*number->value = number_or_throw(key, text);
  else if (key == "recompute")
    plan.recompute = word_or_throw(recomputes, key, text);
  else if (key == "sharding")
    plan.sharding = sharding_or_throw(key, text);
  else if (key == "schedule")
    plan.schedule = word_or_throw(schedules, key, text);
  else if (key == "context_exchange")
    plan.context_exchange = word_or_throw(exchanges, key, text);
  else if (key == "offload")
    plan.offload = word_or_throw(offloads, key, text);
  else if (key == "sequence_parallel")
    plan.sequence_parallel = word_or_throw(std::array{Word<bool>{"true", true}, Word<bool>{"false", false}}, key, text);
  else
    unknown_key(key);
}

void check_contradictions(ParallelPlan const& plan) {
  double devices = 1;
  for (auto const part : {plan.tensor_parallel, plan.pipeline_parallel, plan.context_parallel, plan.data_parallel})
    devices *= static_cast<double>(part);
  if (devices > largest_plan_number)
    throw profiles::UsageError(fmt::format("plan: more than {} devices", largest_plan_number),
                               "lower the tensor, pipeline, context or data-parallel size");
  if (plan.global_batch > largest_plan_number)
    throw profiles::UsageError(
        fmt::format("plan: a global batch of {}, above {}", plan.global_batch, largest_plan_number),
        "lower the micro-batch or the data-parallel size");
  if (plan.global_batch < plan.micro_batch * plan.data_parallel)
    throw profiles::UsageError(
        fmt::format("plan: global_batch={} is less than one micro-batch of {} on each of {}", plan.global_batch,
                    plan.micro_batch, profiles::format_counted(plan.data_parallel, "data-parallel rank")),
        fmt::format("write global_batch={} or more, or lower dp or micro_batch",
                    plan.micro_batch * plan.data_parallel));
  if (plan.sequence_parallel && plan.tensor_parallel == 1)
    throw profiles::UsageError("plan: sequence_parallel=true without tensor parallelism",
                               "leave it out, or give a tensor-parallel size of 2 or more");
  if (plan.shard_group > 0 && plan.sharding == Sharding::none)
    throw profiles::UsageError(fmt::format("plan: shard_group={} without sharding", plan.shard_group),
                               "leave it out, or give a sharding");
  if (plan.recompute_interval > 1 && plan.recompute != Recompute::full)
    throw profiles::UsageError(
        fmt::format("plan: recompute_interval={} without recompute=full", plan.recompute_interval),
        "leave it out, or give recompute=full");
  if (plan.schedule == Schedule::zero_bubble && plan.pipeline_parallel == 1)
    throw profiles::UsageError("plan: schedule=zero_bubble without a pipeline", "leave it out, or give a pp");
  if (plan.shard_group > 0 && plan.data_parallel % plan.shard_group != 0)
    throw profiles::UsageError(fmt::format("plan: shard_group={} does not divide the {}", plan.shard_group,
                                           profiles::format_counted(plan.data_parallel, "data-parallel rank")),
                               "give a divisor of the data-parallel size, or leave it out for all of it");
}

struct PlanPart {
  std::string text;     // "tp=4"
  bool written = true;  // in the short form, which leaves out what is as on one device
};

// All of them, in the order they are written.
std::vector<PlanPart> parts_of(ParallelPlan const& plan) {
  std::vector<PlanPart> parts;
  for (NumberKey const& number : numbers) {
    std::int64_t const value = plan.*number.value;
    bool const usual = value == ParallelPlan{}.*number.value;
    // Megatron-Core takes tp for an etp that is not said.
    bool const differs_by_framework =
        number.value == &ParallelPlan::expert_tensor_parallel && plan.expert_parallel > 1 && plan.tensor_parallel > 1;
    parts.push_back({fmt::format("{}={}", number.name, value), !usual || !number.rare || differs_by_framework});
  }
  auto const add = [&](std::string_view key, auto const& value, bool written) {
    parts.push_back({fmt::format("{}={}", key, value), written});
  };
  add("recompute", to_string(plan.recompute), true);
  add("sharding", to_string(plan.sharding), true);
  add("sequence_parallel", plan.sequence_parallel, plan.sequence_parallel);
  add("schedule", to_string(plan.schedule), plan.schedule != Schedule::one_forward_one_backward);
  add("context_exchange", to_string(plan.context_exchange), plan.context_exchange != ContextExchange::ring);
  add("offload", to_string(plan.offload), plan.offload != Offload::none);
  return parts;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  auto const first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace

std::string to_text(ParallelPlan const& plan) {
  std::vector<std::string> written;
  for (PlanPart& part : parts_of(plan))
    if (part.written) written.push_back(std::move(part.text));
  return fmt::format("{}", fmt::join(written, ","));
}

std::string changed_parts(ParallelPlan const& from, ParallelPlan const& to) {
  auto const before = parts_of(from);
  auto const after = parts_of(to);
  std::vector<std::string> changed;
  for (std::size_t index = 0; index < after.size(); ++index)
    if (after[index].text != before[index].text) changed.push_back(after[index].text);
  // Zero is how a plan holds a group of all ranks, not how it is written.
  std::replace(changed.begin(), changed.end(), std::string("shard_group=0"),
               fmt::format("shard_group={}", to.data_parallel));
  return fmt::format("{}", fmt::join(changed, ","));
}

ParallelPlan parallel_plan_from_text(std::string_view text) {
  ParallelPlan plan;
  std::set<std::string_view> seen;
  for (std::string_view rest = text; !rest.empty();) {
    auto const comma = rest.find(',');
    auto const part = trimmed(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    auto const equals = part.find('=');
    if (equals == std::string_view::npos)
      throw profiles::UsageError(fmt::format("plan: '{}' is not key=value", part),
                                 "write for example tp=8,pp=4,dp=16,micro_batch=1,global_batch=1024");
    auto const key = trimmed(part.substr(0, equals));
    if (!seen.insert(key).second)
      throw profiles::UsageError(fmt::format("plan: '{}' is given twice", key), "keep one of them");
    set_key(plan, key, trimmed(part.substr(equals + 1)));
  }
  complete(plan, seen.contains("global_batch"));
  return plan;
}

void complete(ParallelPlan& plan, bool global_batch_given) {
  if (!global_batch_given) plan.global_batch = plan.micro_batch * plan.data_parallel;
  if (plan.shard_group == plan.data_parallel) plan.shard_group = 0;
  check_contradictions(plan);
}

std::string_view to_string(Sharding sharding) { return name_of(shardings, sharding); }
std::string_view to_string(Recompute recompute) { return name_of(recomputes, recompute); }
std::string_view to_string(Schedule schedule) { return name_of(schedules, schedule); }
std::string_view to_string(ContextExchange exchange) { return name_of(exchanges, exchange); }
std::string_view to_string(Offload offload) { return name_of(offloads, offload); }
std::optional<ContextExchange> context_exchange_from_string(std::string_view name) { return value_of(exchanges, name); }
std::optional<Offload> offload_from_string(std::string_view name) { return value_of(offloads, name); }
std::optional<Sharding> sharding_from_string(std::string_view name) { return value_of(shardings, name); }
std::optional<Recompute> recompute_from_string(std::string_view name) { return value_of(recomputes, name); }
std::optional<Schedule> schedule_from_string(std::string_view name) { return value_of(schedules, name); }

}  // namespace hpcadvise::advisor
