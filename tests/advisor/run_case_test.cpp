// SPDX-License-Identifier: Apache-2.0
#include "advisor/run_case.hpp"

#include "advisor/memory_estimate.hpp"
#include "tests/advisor/stated_run.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using hpcadvise::profiles::Precision;

namespace {

// On two nodes; how many ranks are data parallel follows.
Cells const two_nodes =
    changed(stated_run, {{"gpus", "16"}, {"dp", ""}, {"framework", "Megatron-Core"}, {"recompute", "none"}});

struct Read {
  RunCase run;
  std::vector<std::string> assumed;
  std::string refused;
};

Read read(Cells const& changes) {
  Cells const cells = changed(two_nodes, changes);
  CsvTable table;
  CsvRow row{.line = 2, .cells = {}, .problem = {}};
  for (auto const& [column, cell] : cells) {
    table.header.push_back(column);
    row.cells.push_back(cell);
  }
  RunCells run_cells(table, row);
  Read result;
  try {
    result.run = run_case(run_cells);
  } catch (RowRefusal const& refusal) {
    result.refused = refusal.reason;
  }
  result.assumed = run_cells.assumed();
  return result;
}

bool assumes(Read const& read, std::string_view column) {
  return std::find(read.assumed.begin(), read.assumed.end(), column) != read.assumed.end();
}

bool fits(RunCase run, Recompute recompute) {
  run.plan.recompute = recompute;
  return estimate_memory(run.job, run.plan, machine_of(run.machine), run.options).fits();
}

}  // namespace

TEST_CASE("Columns of virtual stages, context and expert parallelism reach the plan", "[runs]") {
  auto const plan = read({{"pp", "2"},
                          {"tp", "1"},
                          {"vpp", "4"},
                          {"cp", "2"},
                          {"experts", "8"},
                          {"top_k", "2"},
                          {"ep", "4"},
                          {"etp", "2"}})
                        .run.plan;
  CHECK(plan.virtual_stages == 4);
  CHECK(plan.context_parallel == 2);
  CHECK(plan.expert_parallel == 4);
  CHECK(plan.expert_tensor_parallel == 2);
  CHECK(plan.data_parallel == 4);  // 16 devices / (2 x 2)
}

TEST_CASE("The sequence goes round a ring, or all to all where that is all a framework has and heads allow it",
          "[runs]") {
  auto const exchange = [](char const* framework, char const* cp) {
    return read({{"framework", framework}, {"cp", cp}, {"tp", "1"}, {"pp", "1"}, {"sharding", "zero3"}})
        .run.plan.context_exchange;
  };
  CHECK(exchange("Megatron-Core", "2") == ContextExchange::ring);
  CHECK(exchange("DeepSpeed (Hugging Face model)", "2") == ContextExchange::all_to_all);
  CHECK(exchange("DeepSpeed (Hugging Face model)", "1") == ContextExchange::ring);
  CHECK(read({{"framework", "DeepSpeed (Hugging Face model)"},
              {"cp", "4"},
              {"kv_heads", "2"},
              {"tp", "1"},
              {"pp", "1"},
              {"sharding", "zero3"}})
            .run.plan.context_exchange == ContextExchange::ring);
}

TEST_CASE("Columns that are not there mean one virtual stage and no context or expert parallelism", "[runs]") {
  auto const plan = read({}).run.plan;
  CHECK(plan.virtual_stages == 1);
  CHECK(plan.context_parallel == 1);
  CHECK(plan.expert_parallel == 1);
  CHECK(plan.expert_tensor_parallel == 1);
  CHECK(plan.shard_group == 0);
}

TEST_CASE("Experts of a row have the row's FFN size, and no more of them answer than there are", "[runs]") {
  auto const model = read({{"experts", "8"}, {"top_k", "2"}, {"ffn_hidden", "1024"}}).run.job.model;
  REQUIRE(model.experts);
  CHECK(model.experts->expert_count == 8);
  CHECK(model.experts->experts_per_token == 2);
  CHECK(model.experts->expert_ffn_size == 1024);
  CHECK(read({{"experts", "8"}, {"top_k", "9"}}).refused.find("column 'top_k'") != std::string::npos);
  CHECK(assumes(read({{"experts", "8"}}), "top_k"));
}

TEST_CASE("Recipe and overlap columns reach the options", "[runs]") {
  auto const plain = read({{"precision", "fp8"}}).run;
  CHECK(plain.job.precision == Precision::fp8);
  CHECK_FALSE(plain.options.fp8_rowwise);
  CHECK_FALSE(plain.options.tensor_parallel_overlap);
  CHECK(read({{"precision", "fp8"}, {"fp8_recipe", "rowwise"}}).run.options.fp8_rowwise);
  CHECK(read({{"tp_overlap", "true"}}).run.options.tensor_parallel_overlap == true);
  CHECK(read({{"tp_overlap", "false"}}).run.options.tensor_parallel_overlap == false);
  CHECK_FALSE(plain.options.fused_loss);
  CHECK(read({{"fused_loss", "false"}}).run.options.fused_loss == false);
  CHECK(read({{"flash_attention", "false"}}).run.options.attention == AttentionKernel::unfused);
  CHECK(read({{"flash_attention", "true"}}).run.options.attention == std::nullopt);
  CHECK(read({{"flash_attention", "flash-1"}}).run.options.attention == AttentionKernel::flash_1);
}

TEST_CASE("A row says whether its framework was compiled: torchtitan is unless it says no, plain FSDP if it says so",
          "[runs]") {
  using enum FrameworkKind;
  auto const kind = [](char const* framework, char const* compiled) {
    return read({{"framework", framework}, {"compiled", compiled}, {"sharding", "fsdp"}, {"tp", "1"}})
        .run.options.framework;
  };
  CHECK(kind("torchtitan", "") == fsdp_compiled);
  CHECK(kind("torchtitan", "false") == torchtitan_eager);
  CHECK(kind("PyTorch FSDP", "") == fsdp_plain);
  CHECK(kind("PyTorch FSDP", "false") == fsdp_plain);
  CHECK(kind("PyTorch FSDP", "true") == fsdp_plain_compiled);
  CHECK(kind("PyTorch FSDP (torch.compile)", "false") == fsdp_plain);
  CHECK(kind("PyTorch DDP", "true") == pytorch_compiled);
  CHECK(kind("Megatron-DeepSpeed", "true") == megatron_deepspeed);
}

TEST_CASE("Of a row that does not say what is sharded, FSDP shards parameters, a loop of one's own nothing", "[runs]") {
  auto const sharding = [](char const* framework) {
    return read({{"framework", framework}, {"sharding", ""}, {"tp", "1"}}).run.plan.sharding;
  };
  CHECK(sharding("PyTorch FSDP") == Sharding::zero3);
  CHECK(sharding("PyTorch DDP") == Sharding::none);
  CHECK(sharding("Megatron-LM") == Sharding::zero1);
}

TEST_CASE("A row names its optimizer, AdamW unless it does", "[runs]") {
  CHECK(read({}).run.job.optimizer == Optimizer::adamw);
  CHECK(read({{"optimizer", "adamw_bf16"}}).run.job.optimizer == Optimizer::adamw_bf16);
  CHECK(read({{"optimizer", "lion"}}).refused.find("column 'optimizer'") != std::string::npos);
}

TEST_CASE("Hybrid sharding keeps its groups in a node unless the row says how large they are", "[runs]") {
  Cells const hybrid{{"framework", "torchtitan"}, {"sharding", "hsdp"}, {"tp", "1"}, {"sequence_parallel", ""}};
  auto const assumed = read(hybrid);
  CHECK(assumed.run.plan.sharding == Sharding::zero3);
  CHECK(assumed.run.plan.shard_group == 8);
  CHECK(assumes(assumed, "shard_group"));

  Cells said = hybrid;
  said["shard_group"] = "4";
  CHECK(read(said).run.plan.shard_group == 4);
  CHECK_FALSE(assumes(read(said), "shard_group"));
  said["shard_group"] = "16";  // all of them
  CHECK(read(said).run.plan.shard_group == 0);
  said["shard_group"] = "3";
  CHECK(read(said).refused.find("does not divide the 16 data-parallel ranks") != std::string::npos);
}

TEST_CASE("A hybrid group that is not stated is as many nodes as make room", "[runs]") {
  // 16 bytes a parameter over one node of 40 GB devices leave no room for 30 billion; over two they do.
  auto const run = read({{"framework", "torchtitan"},
                         {"sharding", "hsdp"},
                         {"device", "a100-sxm-40gb"},
                         {"gpus", "64"},
                         {"tp", "1"},
                         {"layers", "60"},
                         {"hidden", "6656"},
                         {"ffn_hidden", "17920"},
                         {"heads", "52"},
                         {"kv_heads", "52"},
                         {"recompute", "full"}})
                       .run;
  auto narrower = run;
  narrower.plan.shard_group /= 2;
  CHECK(run.plan.shard_group > 8);
  CHECK(fits(run, Recompute::full));
  CHECK_FALSE(fits(narrower, Recompute::full));
}

TEST_CASE("A built-in model of the name and dimensions brings what no column says", "[runs]") {
  Cells const deepseek{{"model", "deepseek-v3"}, {"layers", "61"},       {"hidden", "7168"}, {"heads", "128"},
                       {"kv_heads", ""},         {"ffn_hidden", "2048"}, {"head_dim", ""},   {"vocab", "129536"},
                       {"experts", "256"},       {"top_k", "8"}};
  auto const model = read(deepseek).run.job.model;
  CHECK(model.latent_attention);
  REQUIRE(model.experts);
  CHECK(model.experts->shared_ffn_size > 0);
  CHECK(model.vocabulary_size == 129536);  // padded, as the row states
  // Cut down to fewer layers it is another model.
  Cells shortened = deepseek;
  shortened["layers"] = "4";
  CHECK_FALSE(read(shortened).run.job.model.latent_attention);
  Cells wider = deepseek;
  wider["ffn_hidden"] = "4096";
  CHECK_FALSE(read(wider).run.job.model.latent_attention);
}

TEST_CASE("Where recomputation is not stated, it is the least that makes room", "[runs]") {
  auto const roomy = read({{"recompute", ""}});
  CHECK(roomy.run.plan.recompute == Recompute::none);
  CHECK(assumes(roomy, "recompute"));

  // 35 GB of activations fit beside 25 GB of state; of 70 and of 140 a part has to go: every fourth layer's, or all.
  auto const crowded = read({{"recompute", ""}, {"micro_batch", "4"}, {"seq_len", "8192"}}).run;
  CHECK_FALSE(fits(crowded, Recompute::none));
  CHECK_FALSE(fits(crowded, Recompute::selective));
  CHECK(crowded.plan.recompute == Recompute::full);
  CHECK(crowded.plan.recompute_interval > 1);
  auto const overfull = read({{"recompute", ""}, {"micro_batch", "8"}, {"seq_len", "8192"}}).run;
  CHECK(overfull.plan.recompute == Recompute::full);
  CHECK(overfull.plan.recompute_interval < crowded.plan.recompute_interval);
}

TEST_CASE("A row that ran out of memory says nothing of what would have fitted", "[runs]") {
  auto const run = read({{"recompute", ""}, {"micro_batch", "4"}, {"seq_len", "8192"}, {"oom", "true"}}).run;
  CHECK(run.plan.recompute == Recompute::none);
}

TEST_CASE("Heads that do not divide are refused by column, unless the head size is stated", "[runs]") {
  auto const refused = [](Cells const& changes) { return read(changes).refused; };
  CHECK(refused({{"heads", "33"}, {"head_dim", ""}}).find("column 'heads'") != std::string::npos);
  CHECK(refused({{"heads", "33"}, {"head_dim", "128"}, {"kv_heads", "33"}}).empty());
  CHECK(refused({{"kv_heads", "5"}}).find("column 'kv_heads'") != std::string::npos);
  CHECK(refused({{"kv_heads", "64"}}).find("column 'kv_heads'") != std::string::npos);
}
