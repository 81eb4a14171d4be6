// SPDX-License-Identifier: Apache-2.0
#include "advisor/training_log.hpp"

#include "advisor/framework.hpp"
#include "advisor/logs/log_lines.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cmath>
#include <random>

using namespace hpcadvise;
using namespace hpcadvise::advisor;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

constexpr double gib = 1024.0 * 1024.0 * 1024.0;

std::string fixture(std::string const& name) {
  return profiles::read_text_file(HPCADVISE_TEST_DATA "/data/logs/" + name);
}
TrainingLog log_of(std::string const& name) { return read_training_log(fixture(name), name); }

std::string megatron_line(int iteration, std::string const& time, std::string const& loss = "2.0E+00") {
  return " iteration " + std::to_string(iteration) +
         "/ 500 | consumed samples: 10 | elapsed time per iteration (ms): " + time +
         " | learning rate: 1.0E-04 | global batch size: 64 | lm loss: " + loss +
         " | number of skipped iterations:   0 | number of nan iterations:   0 |\n";
}

}  // namespace

TEST_CASE("A number is read behind its key, whatever stands between and around", "[log]") {
  CHECK(logs::number_after("tps: 21,734  tflops: 1.5", "tps:") == 21734);
  CHECK(logs::number_after(" iteration       10/  500 | elapsed time per iteration (ms): 12.5 |", "iteration") == 10);
  CHECK(logs::number_after("elapsed time per iteration (ms): 12.5 |", "elapsed time per iteration (ms)") == 12.5);
  CHECK(logs::number_after("number of skipped iterations:   3 |", "iteration") == std::nullopt);
  CHECK(logs::number_after("{'train_loss': 1.5, 'loss': '2.5'}", "'loss'") == 2.5);
  CHECK(logs::number_after("lr=[4.998e-05, 1]", "lr=[") == 4.998e-05);
  CHECK(std::isnan(logs::number_after("loss: NaN", "loss:").value()));
  CHECK(logs::number_after("loss: ", "loss:") == std::nullopt);
  CHECK(logs::amount_after("loss: -1", "loss:") == std::nullopt);
  CHECK(logs::count_after("step: 1.5", "step:") == std::nullopt);
}

TEST_CASE("Who printed a line is read from the launcher's prefix", "[log]") {
  CHECK(logs::rank_of("[rank12]:[titan] hello") == "12");
  CHECK(logs::rank_of("[default7]: iteration 1") == "7");
  CHECK(logs::rank_of("[2023-11-07] [INFO] [Rank 0] step=1") == "0");
  CHECK(logs::rank_of(" 3: iteration 1") == "3");
  CHECK(logs::rank_of("12:30:00 hello") == "");
  CHECK(logs::rank_of("iteration 1") == "");
}

TEST_CASE("Megatron-LM: steps, arguments, memory of all ranks, timers of the slowest and fastest", "[log]") {
  auto const log = log_of("megatron-lm.log");
  CHECK(log.format == "megatron-lm");
  CHECK(log.framework == "megatron-core");
  REQUIRE(log.steps.size() == 30);
  CHECK(log.steps[0].iteration == 1);
  CHECK(log.steps[0].step_time_s == 81.2345);
  CHECK(log.steps[0].global_batch == 1024);
  CHECK(log.steps[0].flops_per_s_per_device.has_value());
  CHECK(log.unreadable_steps == 1);  // the last line ends within its time
  CHECK(log.settings.device_count == 64);
  CHECK(log.settings.tensor_parallel == 2);
  CHECK(log.settings.expert_tensor_parallel == 2);
  CHECK(log.settings.pipeline_parallel == 1);
  CHECK(log.settings.data_parallel == 32);
  CHECK(log.settings.virtual_stages == std::nullopt);
  CHECK(log.settings.sharding == Sharding::zero1);
  CHECK(log.settings.recompute == Recompute::none);
  CHECK(log.settings.sequence_parallel == true);
  CHECK(log.settings.precision == profiles::Precision::bf16);
  CHECK(log.settings.layer_count == 32);
  CHECK_THAT(log.memory_allocated_bytes.value(), WithinRel(45890.25 * 1048576, 1e-12));
  CHECK_THAT(log.memory_reserved_bytes.value(), WithinRel(49152.0 * 1048576, 1e-12));
  auto const& timer = log.timers.at("forward-backward");
  REQUIRE(timer.slowest_s.size() == 30);
  REQUIRE(timer.fastest_s.size() == 30);
  CHECK(timer.slowest_s[3] > timer.fastest_s[3]);
}

TEST_CASE("Megatron-LM says how many micro-batches a virtual stage takes in turn, where it was told", "[log]") {
  auto const round = [](std::string const& value) {
    std::string const dump =
        "------------------------ arguments ------------------------\n"
        "  microbatch_group_size_per_vp_stage .............. " +
        value + "\n" + "-------------------- end of arguments ---------------------\n";
    return read_training_log(dump + megatron_line(1, "100.0") + megatron_line(2, "100.0"), "log").settings.round;
  };
  CHECK(round("6") == 6);
  CHECK(round("None") == std::nullopt);
}

TEST_CASE("Megatron-LM says whether tensor-parallel collectives were overlapped", "[log]") {
  auto const overlap = [](std::string const& row) {
    std::string const dump = "------------------------ arguments ------------------------\n" + row +
                             "-------------------- end of arguments ---------------------\n";
    return read_training_log(dump + megatron_line(1, "100.0") + megatron_line(2, "100.0"), "log")
        .settings.tensor_parallel_overlap;
  };
  CHECK(overlap("  tp_comm_overlap ................................. False\n") == false);
  CHECK(overlap("  tp_comm_overlap ................................. True\n") == true);
  CHECK(overlap("  tp_comm_overlap_ag .............................. True\n") == std::nullopt);
}

TEST_CASE("Megatron says which attention was called, Megatron-DeepSpeed by its switches", "[log]") {
  using enum AttentionKernel;
  auto const kernel = [](std::string const& rows) {
    std::string const dump = "------------------------ arguments ------------------------\n" + rows +
                             "-------------------- end of arguments ---------------------\n";
    return read_training_log(dump + megatron_line(1, "100.0") + megatron_line(2, "100.0"), "log").settings.attention;
  };
  CHECK(kernel("  attention_backend ............................... AttnBackend.auto\n") == std::nullopt);
  CHECK(kernel("  attention_backend ............................... AttnBackend.flash\n") == std::nullopt);
  CHECK(kernel("  attention_backend ............................... AttnBackend.fused\n") == flash_3);
  CHECK(kernel("  attention_backend ............................... AttnBackend.unfused\n") == unfused);
  CHECK(kernel("  attention_backend ............................... AttnBackend.local\n") == unfused);
  CHECK(kernel("  use_flash_attn .................................. False\n") == std::nullopt);

  std::string const deepspeed = "  zero_stage ...................................... 1\n";
  CHECK(kernel(deepspeed) == unfused);
  CHECK(kernel("  use_flash_attn_v2 ............................... False\n" + deepspeed) == unfused);
  CHECK(kernel("  use_flash_attn .................................. True\n" + deepspeed) == std::nullopt);
  std::string const on = "  use_flash_attn .................................. True\n";
  CHECK(kernel(on + "  use_flash_attn_v1 ............................... True\n" + deepspeed) == flash_1);
  CHECK(kernel(on + "  use_flash_attn_triton ........................... True\n" + deepspeed) == flash_1);
  CHECK(kernel(on + "  use_flash_attn_v2 ............................... True\n" + deepspeed) == flash_2);
}

TEST_CASE("Megatron-LM that recomputes the attention core alone is not taken to repeat more", "[log]") {
  auto const recompute = [](std::string const& modules) {
    std::string const dump =
        "------------------------ arguments ------------------------\n"
        "  recompute_granularity ........................... selective\n"
        "  recompute_modules ............................... " +
        modules + "\n" + "-------------------- end of arguments ---------------------\n";
    return read_training_log(dump + megatron_line(1, "100.0") + megatron_line(2, "100.0"), "log").settings.recompute;
  };
  CHECK(recompute("['core_attn']") == Recompute::attention);
  CHECK(recompute("None") == Recompute::attention);
  CHECK(recompute("['layernorm', 'moe_act']") == Recompute::selective);
}

TEST_CASE("Megatron-DeepSpeed: seconds, a batch that ramps up, a restart, timers on one line", "[log]") {
  auto const log = log_of("megatron-deepspeed.log");
  CHECK(log.format == "megatron-deepspeed");
  REQUIRE(log.steps.size() == 30);
  CHECK(log.steps[0].global_batch == 1536);
  CHECK(log.steps[4].global_batch == 2048);
  CHECK(log.steps[4].step_time_s == 105.1);
  CHECK(log.restarts == 1);
  CHECK(log.steps[16].segment == 0);
  CHECK(log.steps[17].segment == 1);
  CHECK(log.steps[17].iteration == 111);
  CHECK(log.settings.recompute == Recompute::full);
  CHECK(log.settings.sharding == Sharding::zero1);
  auto const& timer = log.timers.at("backward-params-all-reduce");
  REQUIRE(timer.slowest_s.size() == 2);
  CHECK_THAT(timer.slowest_s[1], WithinRel(3.2103, 1e-12));
  CHECK(log.memory_reserved_bytes == 58880.0 * 1048576);
}

TEST_CASE("torchtitan: colours, CR LF, one of two ranks, the mesh, no validation steps", "[log]") {
  auto const log = log_of("torchtitan.log");
  CHECK(log.format == "torchtitan");
  CHECK(log.framework == "torchtitan");  // it says that it compiles
  REQUIRE(log.steps.size() == 11);
  CHECK(log.other_rank_steps == 11);
  CHECK(log.steps[0].tokens_per_s_per_device == 1478);
  CHECK(log.steps[1].iteration == 10);
  CHECK(log.steps[1].loss == 11.5);
  CHECK(log.memory_reserved_bytes == 49.59 * gib);
  CHECK(log.settings.device_count == 8);
  CHECK(log.settings.data_parallel == 8);
  CHECK(log.settings.sharding == Sharding::zero3);
  CHECK(log.settings.recompute == Recompute::selective);
  CHECK(log.settings.micro_batch == 1);
  CHECK(log.settings.global_batch == 8);
  CHECK(log.settings.sequence_length == 8192);
  CHECK(log.allocator_retries == 3);
  CHECK(log.restarts == 0);
}

TEST_CASE("torchtitan of 2024 prints its mesh as a list and its batch where training starts", "[log]") {
  auto const log = read_training_log(
      "[rank0]:2025-02-13 11:33:18,746 - root - INFO - Building 2-D device mesh with ['dp_shard', 'tp'], [4, 2]\n"
      "[rank0]:2025-02-13 11:33:29,482 - root - INFO - Training starts at step 1, with local batch size 2, global "
      "batch "
      "size 8, sequence length 8192, total steps 100 (warmup 200)\n"
      "[rank0]:2025-02-13 11:33:35,026 - root - INFO - step:  1  loss: 12.2417  memory: 42.08GiB(30.10%)  tps: 1,478  "
      "mfu: 8.65%\n",
      "log");
  CHECK(framework_kind_from_text(log.framework) == FrameworkKind::torchtitan_eager);
  CHECK(log.settings.data_parallel == 4);
  CHECK(log.settings.tensor_parallel == 2);
  CHECK(log.settings.pipeline_parallel == 1);
  CHECK(log.settings.device_count == 8);
  CHECK(log.settings.micro_batch == 2);
  CHECK(log.settings.sequence_length == 8192);
}

TEST_CASE("torchtitan: of a mesh that is cut, what is lost is not known", "[log]") {
  using Size = std::optional<std::int64_t>;
  struct Cut {
    std::string mesh;
    Size data;
    Size tensor;
    Size devices;
  };
  for (auto const& [mesh, data, tensor, devices] :
       {Cut{"device mesh with ['dp_shard', 'tp'], [4, 2]", 4, 2, 8},
        Cut{"device mesh with dp_shard, 'tp'], [4, 2]", {}, {}, {}},
        Cut{"device mesh with ['dp_shard', 'tp'", {}, {}, {}},
        Cut{"device mesh with ['dp_shard', 'tp'], [4,", 4, {}, {}},
        Cut{"device mesh with ['dp_shard', 'tp'], [4, 1", 4, {}, {}},
        Cut{"device mesh with ['dp_shard'], [4]", 4, 1, 4},
        Cut{"device mesh with parallelism: pp=1, dp_replicate=1, dp_shard=4, cp=1, tp=2, ep=1", 4, 2, 8},
        Cut{"device mesh with parallelism: pp=1, dp_replicate=1, dp_shard=4, cp=1, tp=1", 4, {}, {}},
        Cut{"device mesh with parallelism: pp=1, dp_replicate=1, dp_sh", {}, {}, {}}}) {
    INFO(mesh);
    auto const log =
        read_training_log(mesh + "\nstep: 1  loss: 12.2417  memory: 42.08GiB(30.10%)  tps: 1,478  mfu: 8.65%\n", "log");
    CHECK(log.settings.data_parallel == data);
    CHECK(log.settings.tensor_parallel == tensor);
    CHECK(log.settings.device_count == devices);
    CHECK(log.steps.size() == 1);
  }
}

TEST_CASE("DeepSpeed: throughput, configuration, timers of whole steps, skipped updates", "[log]") {
  auto const log = log_of("deepspeed.log");
  CHECK(log.format == "deepspeed");
  REQUIRE(log.steps.size() == 12);
  CHECK(log.steps[0].iteration == 10);
  CHECK(log.steps[0].samples_per_s == 24.1);
  CHECK(log.settings.global_batch == 256);
  CHECK(log.settings.micro_batch == 8);
  CHECK(log.settings.sharding == Sharding::zero2);
  CHECK(log.settings.precision == profiles::Precision::bf16);
  CHECK(log.memory_allocated_bytes == 38.49 * gib);
  CHECK(log.skipped_updates == 4);
  CHECK(log.timers.at("bwd_allreduce").slowest_s.size() == 12);
}

TEST_CASE("DeepSpeed without a throughput line: the pipeline's time, the timers, or the clock", "[log]") {
  auto const pipeline = read_training_log("steps: 10 loss: 1.2345 iter time (s): 0.500 samples/sec: 32.000\n", "log");
  CHECK(pipeline.steps.at(0).step_time_s == 0.5);
  auto const timed = read_training_log(
      "[Rank 0] time (ms) | fwd: 100.00 | bwd: 200.00 | bwd_inner: 190.00 | bwd_allreduce: 10.00 | step: 50.00\n",
      "log");
  CHECK_THAT(timed.steps.at(0).step_time_s.value(), WithinRel(0.35, 1e-12));
  auto const clock = read_training_log(
      "[2023-12-31 23:59:50,500] [INFO] [logging.py:96:log_dist] [Rank 0] step=10, skipped=0, lr=[1e-05], mom=[0.9]\n"
      "[2024-01-01 00:00:10,750] [INFO] [logging.py:96:log_dist] [Rank 0] step=20, skipped=1, lr=[1e-05], mom=[0.9]\n",
      "log");
  REQUIRE(clock.steps.size() == 1);
  CHECK_THAT(clock.steps[0].step_time_s.value(), WithinRel(2.025, 1e-9));
}

TEST_CASE("Hugging Face Trainer: the training bar, not those of evaluation or data, in windows of elapsed time",
          "[log]") {
  auto const log = log_of("hugging-face.log");
  CHECK(log.format == "hugging-face");
  CHECK(framework_kind_from_text(log.framework) == FrameworkKind::hugging_face);
  CHECK_FALSE(log.smoothed);
  REQUIRE(log.steps.size() == 20);  // 10 steps of 5 s each, one of them with the evaluation
  CHECK(log.steps[0].step_time_s == 5.0);
  CHECK(log.settings.micro_batch == 4);
  CHECK(log.settings.global_batch == 64);
  CHECK(log.restarts == 0);
}

TEST_CASE("Trainer without a bar leaves its summary, as numbers or as text", "[log]") {
  for (std::string const quote : {"", "'"}) {
    auto const log =
        read_training_log("  Total optimization steps = 200\n{'train_runtime': " + quote + "1000.0" + quote +
                              ", 'train_samples_per_second': 12.8, 'train_steps_per_second': 0.2, "
                              "'train_loss': 1.5, 'epoch': 1.0}\n",
                          "log");
    REQUIRE(log.steps.size() == 1);
    CHECK(log.steps[0].step_time_s == 5.0);
  }
}

TEST_CASE("A short run's bar is read by its printed rates, and says that they are smoothed", "[log]") {
  auto const log = read_training_log(
      "  1%|1  | 1/100 [00:02<03:18,  2.00s/it]\r  2%|2  | 2/100 [00:02<03:18,  2.00it/s]\r  3%|3  | 3/1", "log");
  REQUIRE(log.steps.size() == 2);
  CHECK(log.smoothed);
  CHECK(log.steps[0].step_time_s == 2.0);
  CHECK(log.steps[1].step_time_s == 0.5);
}

TEST_CASE("Lightning: bars of micro-batches over epochs, and NeMo's own step time", "[log]") {
  auto const log = log_of("lightning.log");
  CHECK(log.format == "lightning");
  CHECK(log.framework == "");
  REQUIRE(log.steps.size() > 10);
  CHECK(log.steps[0].micro_step_time_s == 2.0);
  CHECK(log.settings.device_count == 8);
  CHECK(log.restarts == 0);
  CHECK(log.steps.back().iteration > 200);  // of the second epoch

  auto const nemo = read_training_log(
      "Training epoch 0, iteration 1/249 | lr: 3.922e-06 | global_batch_size: 8 | global_step: 1 | reduced_train_loss: "
      "1.653 | train_step_timing in s: 2.505 | consumed_samples: 16\n"
      "Epoch 0: : 100%|###| 50/50 [31:51<00:00, reduced_train_loss=6.130, global_step=50.0, train_step_timing in "
      "s=5.900]\n",
      "log");
  REQUIRE(nemo.steps.size() == 2);
  CHECK(nemo.steps[0].step_time_s == 2.505);
  CHECK(nemo.steps[1].iteration == 50);
}

TEST_CASE("Lightning's metrics.csv: differences of the time since the start", "[log]") {
  auto const log = log_of("lightning-metrics.csv");
  CHECK(log.format == "lightning-csv");
  REQUIRE(log.steps.size() == 29);
  CHECK(log.steps[0].micro_step_time_s == 0.5);
  CHECK_THROWS_WITH(read_training_log("epoch,step,train_loss\n0,1,2.5\n", "metrics.csv"),
                    ContainsSubstring("no step time"));
}

TEST_CASE("Megatron-DeepSpeed is recognized among the lines of DeepSpeed, and a given format wins", "[log]") {
  auto const both = fixture("deepspeed.log") + fixture("megatron-deepspeed.log");
  CHECK(read_training_log(both, "log").format == "megatron-deepspeed");
  CHECK(read_training_log(both, "log", "deepspeed").format == "deepspeed");
}

TEST_CASE("A line of two ranks run together or cut short costs that step alone", "[log]") {
  auto const log =
      read_training_log(megatron_line(1, "100.0") + " iteration 2/ 500 | consumed[rank1]: warning\n" +
                            megatron_line(3, "120.0") + " iteration 4/ 500 | elapsed time per iteration (ms): 1",
                        "log");
  CHECK(log.steps.size() == 2);
  CHECK(log.unreadable_steps == 1);
}

TEST_CASE("A loss that is not a number leaves the time; a time that is none leaves nothing", "[log]") {
  auto const log = read_training_log(
      megatron_line(1, "100.0", "NAN") + megatron_line(2, "nan") + megatron_line(3, "0.0") + megatron_line(4, "1e30"),
      "log");
  REQUIRE(log.steps.size() == 1);
  CHECK(std::isnan(log.steps[0].loss.value()));
  CHECK(log.unreadable_steps == 3);
}

TEST_CASE("A restart with other arguments begins another run", "[log]") {
  std::string const first = "--- arguments ---\n  world_size ........ 8\n--- end of arguments ---\n";
  std::string const second = "--- arguments ---\n  world_size ........ 16\n--- end of arguments ---\n";
  auto const log = read_training_log(
      first + megatron_line(1, "100.0") + first + megatron_line(2, "90.0") + second + megatron_line(3, "50.0"), "log");
  REQUIRE(log.steps.size() == 1);
  CHECK(log.steps[0].step_time_s == 0.05);
  CHECK(log.other_settings_steps == 2);
  CHECK(log.settings.device_count == 16);
}

TEST_CASE("What holds no step is refused with what was looked for", "[log]") {
  CHECK_THROWS_WITH(read_training_log("", "empty.log"),
                    ContainsSubstring("empty.log") && ContainsSubstring("is empty"));
  CHECK_THROWS_WITH(read_training_log("nothing here\n", "x.log"), ContainsSubstring("no line of a training step"));
  CHECK_THROWS_WITH(read_training_log(megatron_line(1, "100.0"), "x.log", "torchtitan"),
                    ContainsSubstring("no step time that can be read as torchtitan"));
  try {
    read_training_log(megatron_line(1, "100.0"), "x.log", "torchtitn");
    FAIL("an unknown format was taken");
  } catch (profiles::UsageError const& error) {
    CHECK(error.next_step().starts_with("did you mean 'torchtitan'? Known: megatron-deepspeed, "));
  }
}

TEST_CASE("A run that never came to a step for want of memory is said to", "[log]") {
  for (char const* const line :
       {"[rank0]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity",
        "torch.cuda.OutOfMemoryError: HIP out of memory. Tried to allocate 2.00 GiB",
        "RuntimeError: CUDA error: out of memory"}) {
    CAPTURE(line);
    try {
      read_training_log("loading\n" + std::string(line) + "\n", "x.log");
      FAIL("a log without a step was taken");
    } catch (profiles::FileError const& error) {
      CHECK_THAT(error.what(),
                 ContainsSubstring("x.log") &&
                     ContainsSubstring("ran out of memory, and no step that is known here is in the log"));
      CHECK_THAT(error.next_step(), ContainsSubstring("hpcadvise estimate"));
    }
  }
  // One that did has steps to compare.
  CHECK(read_training_log(megatron_line(1, "100.0") + "CUDA out of memory\n", "x.log").steps.size() == 1);
}

TEST_CASE("Bytes of any kind are no trouble", "[log]") {
  std::string const step = megatron_line(7, "100.0");
  std::mt19937 random(11);
  std::string garbage;
  for (int i = 0; i < 200000; ++i) garbage += static_cast<char>(random() & 0xff);
  CHECK(read_training_log(garbage + "\n" + step, "log").steps.size() == 1);
  CHECK(read_training_log(std::string(5'000'000, 'x') + "\n" + step, "log").steps.size() == 1);
  CHECK(read_training_log(std::string(1000, '\0') + "\n\x1b[31" + "\n" + step, "log").steps.size() == 1);
  for (auto const& name : {"megatron-lm.log", "torchtitan.log", "deepspeed.log", "hugging-face.log", "lightning.log"}) {
    auto text = fixture(name);
    for (int i = 0; i < 2000; ++i) text[random() % text.size()] = static_cast<char>(random() & 0xff);
    for (auto const& format : log_format_names()) {
      CAPTURE(name, format);
      try {
        for (auto const& each : read_training_log(text, name, format).steps)
          CHECK((!each.step_time_s || *each.step_time_s > 0));
      } catch (profiles::Error const&) {  // nothing left to read
      }
    }
  }
}
