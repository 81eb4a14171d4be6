// SPDX-License-Identifier: Apache-2.0
#include "advisor/run_case.hpp"

#include "advisor/framework_limits.hpp"
#include "advisor/memory_estimate.hpp"
#include "advisor/model_library.hpp"
#include "profiles/nearest_name.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace hpcadvise::advisor {
namespace {

using profiles::Precision;

// What a family name says of a model's layers, where no column does.
struct Family {
  std::string_view name;
  bool gated_ffn;
  bool tied_embeddings;
  bool biases;
  bool layer_norm;
  PositionKind positions;
  std::int64_t vocabulary_size;  // assumed where not stated
};

constexpr std::array families{
    Family{"gpt", false, true, true, true, PositionKind::learned, 50304},
    Family{"mpt", false, true, false, true, PositionKind::alibi, 50368},
    Family{"llama", true, false, false, false, PositionKind::rotary, 32000},
    Family{"moe", true, false, false, false, PositionKind::rotary, 32000},
};

// A gated FFN has three matrices, so it is narrower than four times the hidden size.
Family const& family_of(std::string const& name, std::optional<std::int64_t> ffn_size, std::int64_t hidden_size) {
  auto const row = std::find_if(families.begin(), families.end(), [&](Family const& f) { return f.name == name; });
  if (row != families.end()) return *row;
  return ffn_size && *ffn_size < 4 * hidden_size ? families[2] : families[0];
}

// Four times the hidden size; gated: two thirds of that, up to a multiple of 256, as in LLaMA.
std::int64_t usual_ffn_size(Family const& family, std::int64_t hidden_size) {
  if (!family.gated_ffn) return 4 * hidden_size;
  std::int64_t const size = 8 * hidden_size / 3;
  return (size + 255) / 256 * 256;
}

// A built-in model of this name and these dimensions says what no column can: latent attention, shared experts,
// windows.
std::optional<ModelSpec> described_model(RunCells& cells) {
  std::string const name = cells.text("model");
  auto const names = model_names();
  if (std::find(names.begin(), names.end(), name) == names.end()) return std::nullopt;
  ModelSpec model = built_in_model(name);
  bool const same = model.layer_count == cells.count("layers") && model.hidden_size == cells.count("hidden");
  // What the row states and the description denies: another model of that name.
  auto const differs = [&](std::string_view column, std::int64_t described) {
    auto const stated = cells.count(column);
    return stated && *stated != described;
  };
  std::int64_t const ffn_size = model.experts ? model.experts->expert_ffn_size : model.ffn_size;
  if (!same || differs("heads", model.head_count) || differs("ffn_hidden", ffn_size) ||
      differs("experts", model.experts ? model.experts->expert_count : 1))
    return std::nullopt;
  // Padded as the run had it.
  model.vocabulary_size = cells.count("vocab").value_or(model.vocabulary_size);
  return model;
}

void check_heads(RunCells const& cells, ModelSpec const& model) {
  if (model.head_size < 1) cells.refuse("heads", "is more than the hidden size");
  if (cells.text("head_dim").empty() && model.hidden_size % model.head_count != 0)
    cells.refuse("heads", fmt::format("does not divide the hidden size of {}: state head_dim", model.hidden_size));
  if (model.head_count % model.kv_head_count != 0)
    cells.refuse("kv_heads", fmt::format("does not divide the {}", profiles::format_counted(model.head_count, "head")));
}

ModelSpec model_of(RunCells& cells) {
  if (auto const model = described_model(cells)) return *model;
  ModelSpec model;
  model.name = cells.text("model");
  model.family = cells.text("family");
  model.layer_count = cells.needed_count("layers");
  model.hidden_size = cells.needed_count("hidden");
  model.head_count = cells.needed_count("heads");
  auto const ffn_size = cells.count("ffn_hidden");
  Family const& family = family_of(model.family, ffn_size, model.hidden_size);
  model.ffn_size = cells.or_assume("ffn_hidden", ffn_size, usual_ffn_size(family, model.hidden_size));
  model.kv_head_count = cells.or_assume("kv_heads", cells.count("kv_heads"), model.head_count);
  model.head_size = cells.or_assume("head_dim", cells.count("head_dim"), model.hidden_size / model.head_count);
  model.vocabulary_size = cells.or_assume("vocab", cells.count("vocab"), family.vocabulary_size);
  model.gated_ffn = family.gated_ffn;
  model.tied_embeddings = family.tied_embeddings;
  if (family.biases) model.biases = biases_in_layers;
  model.layer_norm = family.layer_norm;
  model.positions = family.positions;
  if (auto const experts = cells.count("experts"); experts && *experts > 1) {
    MixtureOfExperts mixture;
    mixture.expert_count = int(*experts);
    mixture.experts_per_token = int(cells.or_assume("top_k", cells.count("top_k"), std::int64_t{1}));
    mixture.expert_ffn_size = model.ffn_size;
    if (mixture.experts_per_token > mixture.expert_count) cells.refuse("top_k", "is more than the experts");
    model.experts = mixture;
  }
  check_heads(cells, model);
  return model;
}

Precision precision_of(RunCells& cells) {
  std::string const name = cells.text("precision");
  if (name.empty()) return cells.assume("precision", Precision::bf16);
  // Recipes of FP8 differ in how they scale, not in the rate of the multiplication.
  if (name == "mxfp8" || name == "fp8-cs") return Precision::fp8;
  if (auto const precision = profiles::precision_from_string(name)) return *precision;
  cells.skip("precision", fmt::format("precision '{}' is not described", name));
}

// Weights that are cast as they are gathered are sharded: FSDP, or like it, unless a loop of one's own says nothing.
Sharding usual_sharding(FrameworkKind kind) {
  if (is_own_loop(kind)) return Sharding::none;
  return framework_traits(kind).fp32_weights ? Sharding::zero3 : Sharding::zero1;
}

// What a scale of FP8 is shared by: one for each row costs speed, the others do not differ in it.
constexpr std::array<std::string_view, 5> fp8_recipes{"tensorwise", "delayed", "blockwise", "mxfp8", "rowwise"};

bool scales_rows(RunCells& cells) {
  std::string const name = cells.text("fp8_recipe");
  if (!name.empty() && std::find(fp8_recipes.begin(), fp8_recipes.end(), name) == fp8_recipes.end())
    cells.refuse("fp8_recipe", fmt::format("is none of {}", fmt::join(fp8_recipes, ", ")));
  return name == "rowwise";
}

// Whether attention is fused, or which kernel it is; nothing where that is the framework's.
std::optional<AttentionKernel> attention_of(RunCells& cells) {
  std::string const name = cells.text("flash_attention");
  if (name.empty()) return cells.assume("flash_attention", std::optional<AttentionKernel>{});
  if (name == "true") return std::nullopt;
  if (name == "false") return AttentionKernel::unfused;
  if (auto const kernel = attention_kernel_from_string(name)) return kernel;
  cells.refuse("flash_attention", fmt::format("is none of true, false, {}", fmt::join(attention_kernel_names(), ", ")));
}

EstimateOptions options_of(RunCells& cells) {
  EstimateOptions options;
  std::string const name = cells.text("framework");
  options.framework = name.empty() ? cells.assume("framework", FrameworkKind::unknown) : framework_kind_from_text(name);
  if (auto const compiled = cells.flag("compiled")) options.framework = compiled_or_not(options.framework, *compiled);
  options.attention = attention_of(cells);
  options.tensor_parallel_overlap = cells.flag("tp_overlap");
  options.fused_loss = cells.flag("fused_loss");
  options.fp8_rowwise = scales_rows(cells);
  return options;
}

Optimizer optimizer_of(RunCells& cells) {
  std::string const name = cells.text("optimizer");
  if (name.empty()) return Optimizer::adamw;
  if (auto const optimizer = optimizer_from_string(name)) return *optimizer;
  cells.refuse("optimizer", "is none of adamw, adamw_bf16, sgd_momentum");
}

Sharding sharding_of(RunCells& cells, FrameworkKind framework) {
  std::string const name = cells.text("sharding");
  if (name.empty()) return cells.assume("sharding", usual_sharding(framework));
  if (name == "zero3/fsdp" || name == "hsdp") return Sharding::zero3;
  if (auto const sharding = sharding_from_string(name)) return *sharding;
  cells.refuse("sharding", "is none of none, zero1, zero2, zero3, fsdp, hsdp");
}

Recompute recompute_of(RunCells& cells) {
  std::string const name = cells.text("recompute");
  if (name.empty()) return cells.assume("recompute", Recompute::none);
  if (auto const recompute = recompute_from_string(name)) return *recompute;
  cells.refuse("recompute", "is none of none, attention, selective, full");
}

std::int64_t data_parallel_of(RunCells& cells, ParallelPlan const& plan) {
  std::int64_t const devices = cells.needed_count("gpus");
  std::int64_t const model_devices = plan.tensor_parallel * plan.pipeline_parallel * plan.context_parallel;
  auto const groups =
      fmt::format("tp {} x pp {} x cp {}", plan.tensor_parallel, plan.pipeline_parallel, plan.context_parallel);
  auto const stated = cells.count("dp");
  if (!stated && devices % model_devices != 0)
    cells.refuse("gpus", fmt::format("devices are no multiple of {}", groups));
  if (stated && *stated * model_devices != devices)
    cells.refuse("gpus", fmt::format("devices are not {} x dp {}", groups, *stated));
  return stated.value_or(devices / model_devices);
}

std::int64_t shard_group_of(RunCells& cells, ParallelPlan const& plan, RunMachine const& machine) {
  if (auto const group = cells.count("shard_group")) {
    if (plan.data_parallel % *group != 0)
      cells.refuse("shard_group", fmt::format("does not divide the {}",
                                              profiles::format_counted(plan.data_parallel, "data-parallel rank")));
    return *group == plan.data_parallel ? 0 : *group;
  }
  // Hybrid sharding keeps its gathers inside a node.
  if (cells.text("sharding") != "hsdp") return 0;
  std::int64_t const in_node = std::max<std::int64_t>(1, machine_of(machine).devices_per_node / plan.tensor_parallel);
  return cells.assume("shard_group", std::gcd(in_node, plan.data_parallel));
}

// A pipeline runs best with many small ones; without one there is no reason for fewer sequences than a kernel likes.
std::int64_t usual_micro_batch(ParallelPlan const& plan) {
  constexpr std::int64_t most = 4;
  return plan.pipeline_parallel > 1 ? 1 : std::gcd(plan.global_batch / plan.data_parallel, most);
}

ParallelPlan plan_of(RunCells& cells, FrameworkKind framework, RunMachine const& machine) {
  ParallelPlan plan;
  plan.tensor_parallel = cells.or_assume("tp", cells.count("tp"), std::int64_t{1});
  plan.pipeline_parallel = cells.or_assume("pp", cells.count("pp"), std::int64_t{1});
  plan.virtual_stages = cells.count("vpp").value_or(1);
  plan.context_parallel = cells.count("cp").value_or(1);
  plan.expert_parallel = cells.count("ep").value_or(1);
  // Not what Megatron-Core does by default: of its 19 published runs with tensor and expert parallelism 12 would not
  // divide with that.
  plan.expert_tensor_parallel = cells.count("etp").value_or(1);
  plan.data_parallel = data_parallel_of(cells, plan);
  plan.global_batch = cells.needed_count("global_batch");
  plan.sharding = sharding_of(cells, framework);
  plan.micro_batch = cells.or_assume("micro_batch", cells.count("micro_batch"), usual_micro_batch(plan));
  plan.recompute = recompute_of(cells);
  plan.shard_group = shard_group_of(cells, plan, machine);
  bool const usual = is_megatron_core(framework);
  auto const sequence_parallel = cells.flag("sequence_parallel");
  plan.sequence_parallel = plan.tensor_parallel > 1 && cells.or_assume("sequence_parallel", sequence_parallel, usual);
  return plan;
}

std::string network_of(RunCells& cells) {
  std::string name = cells.text("network");
  auto const kinds = known_network_kinds();
  if (!name.empty() && std::find(kinds.begin(), kinds.end(), name) == kinds.end())
    cells.refuse("network", fmt::format("is none of {}; leave it empty for another", fmt::join(kinds, ", ")));
  return name;
}

[[noreturn]] void skip_unknown(RunCells const& cells, std::string const& column, std::string const& name,
                               std::vector<std::string> const& known) {
  auto const guess = profiles::did_you_mean(name, known);
  cells.skip(column, fmt::format("{} '{}' is not described{}{}", column, name, guess.empty() ? "" : ": ", guess));
}

RunMachine run_machine(RunCells& cells) {
  RunMachine facts;
  std::string const system = cells.text("machine");
  if (!system.empty() && profiles::has_system(system)) {
    facts.system = profiles::system_description(system);
    facts.device = profiles::device_description(facts.system->device);
    return facts;
  }

  ComposedMachine& parts = facts.parts;
  parts.device = cells.text("device");
  if (parts.device.empty() && system.empty()) cells.skip("device", "neither 'machine' nor 'device' is stated");
  if (parts.device.empty()) skip_unknown(cells, "machine", system, profiles::system_names());
  if (!profiles::has_device(parts.device)) skip_unknown(cells, "device", parts.device, profiles::device_names());
  parts.devices_per_node = cells.or_assume("gpus_per_node", cells.count("gpus_per_node"), std::int64_t{8});
  parts.network_kind = network_of(cells);
  parts.network_gbit_per_device = cells.number("network_gbit_per_device");
  if (parts.network_gbit_per_device == 0.0) cells.refuse("network_gbit_per_device", "is not above zero");
  if (!parts.network_gbit_per_device && cells.needed_count("gpus") > parts.devices_per_node)
    cells.assume("network_gbit_per_device", 0);  // machine_from_parts takes that of the vendor's own node
  facts.device = profiles::device_description(parts.device);
  return facts;
}

// Round a ring, but where the framework has none and heads allow it.
ContextExchange context_exchange_of(RunCase const& run) {
  auto const limits = framework_limits(run.options.framework);
  bool const all_to_all = run.plan.context_parallel > 1 && !limits.ring_attention && limits.all_to_all_attention;
  auto const ranks = run.plan.context_parallel * run.plan.tensor_parallel;
  return all_to_all && run.job.model.kv_head_count % ranks == 0 ? ContextExchange::all_to_all : ContextExchange::ring;
}

// The same of a hybrid shard group that is not stated: a node, or the fewest nodes that make room.
void widen_until_it_fits(RunCase& run) {
  Machine const machine = machine_of(run.machine);
  ParallelPlan& plan = run.plan;
  while (!estimate_memory(run.job, plan, machine, run.options).fits() &&
         plan.data_parallel % (2 * plan.shard_group) == 0)
    plan.shard_group *= 2;
}

// A run that ended did fit: where nothing is said of recomputation, as little of it as makes room.
void lighten_until_it_fits(RunCase& run) {
  Machine const machine = machine_of(run.machine);
  auto const fits_with = [&](Recompute recompute, std::int64_t interval) {
    run.plan.recompute = recompute;
    run.plan.recompute_interval = interval;
    return estimate_memory(run.job, run.plan, machine, run.options).fits();
  };
  if (fits_with(Recompute::none, 1) || fits_with(Recompute::selective, 1)) return;
  for (std::int64_t const interval : {8, 4, 2, 1})
    if (fits_with(Recompute::full, interval)) return;
}

}  // namespace

Machine machine_of(RunMachine const& facts, FittedConstants const& fitted) {
  if (facts.system) return machine_from_system(*facts.system, facts.device, fitted);
  return machine_from_parts(facts.parts, facts.device, fitted);
}

RunCase run_case(RunCells& cells) {
  RunCase run;
  run.machine = run_machine(cells);
  run.job.model = model_of(cells);
  run.job.sequence_length = cells.needed_count("seq_len");
  run.job.precision = precision_of(cells);
  run.job.optimizer = optimizer_of(cells);
  run.options = options_of(cells);
  run.plan = plan_of(cells, run.options.framework, run.machine);
  run.job.global_batch = run.plan.global_batch;
  run.plan.context_exchange = context_exchange_of(run);
  if (cells.text("sharding") == "hsdp" && cells.text("shard_group").empty()) widen_until_it_fits(run);
  bool const recompute_assumed = cells.text("recompute").empty();
  run.options.plan_assumed = recompute_assumed || cells.text("micro_batch").empty() || cells.text("sharding").empty();
  if (recompute_assumed && !cells.flag("oom").value_or(false)) lighten_until_it_fits(run);
  return run;
}

}  // namespace hpcadvise::advisor
