// SPDX-License-Identifier: Apache-2.0
#include "advisor/cost/compute.hpp"

#include "advisor/cost/attention.hpp"
#include "advisor/cost/elementwise.hpp"
#include "advisor/cost/other.hpp"
#include "advisor/cost/tensor_parallel.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <optional>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;
using hpcadvise::profiles::Precision;
using enum hpcadvise::advisor::FrameworkKind;

namespace {

// What a term is a function of, kept alive.
struct Setting {
  TrainingJob job = job_of(small_gpt());
  ParallelPlan plan = plan_of(1, 1, 1);
  Machine machine = round_machine();
  EstimateOptions options{.framework = megatron_legacy};

  CostContext context() const { return {job, plan, machine, options, framework_traits(options.framework)}; }
};

Block block_of(GemmOperator const& gemm) {
  Block block;
  block.gemms = {gemm};
  return block;
}

GemmOperator const square{.name = "square", .forward = {4096, 4096, 4096}};

double attention_s(Setting const& setting) {
  return attention_cost(setting.context(), layer_block(setting.job, setting.plan)).pass.total_s();
}

double tensor_parallel_s(Setting setting) {
  setting.plan.tensor_parallel = 2;
  Block block = block_of(square);
  block.all_reduces_forward = 1;
  block.all_reduce_bytes = 1e9;
  return tensor_parallel_cost(setting.context(), block).total_s();
}

}  // namespace

TEST_CASE("FP8 with a scale for each row is slower, and only where FP8 is used") {
  Setting setting;
  setting.job.precision = Precision::fp8;
  setting.machine.gemm[Precision::fp8].plateau_flops_per_s = 2e14;
  auto const time_s = [&](bool quantized, bool rowwise) {
    setting.options.fp8_rowwise = rowwise;
    GemmOperator gemm = square;
    gemm.quantized = quantized;
    return compute_cost(setting.context(), block_of(gemm)).pass.total_s();
  };
  CHECK_THAT(time_s(true, true), WithinRel(time_s(true, false) / setting.machine.fitted.fp8_rowwise_factor));
  CHECK(time_s(false, true) == time_s(false, false));
}

TEST_CASE(
    "Libraries of 2022-23 slow the GEMMs of the frameworks of that time, on devices that have seen better since") {
  Setting setting;
  auto const time_s = [&](FrameworkKind framework) {
    setting.options.framework = framework;
    return compute_cost(setting.context(), block_of(square)).pass.total_s();
  };
  CHECK(time_s(megatron_deepspeed) == time_s(megatron_core));
  setting.machine.old_gemm = 0.85;
  CHECK_THAT(time_s(megatron_deepspeed), WithinRel(time_s(megatron_core) / 0.85));
}

TEST_CASE("Frozen weights have no gradient: two products in place of three") {
  Setting const setting;
  GemmOperator frozen = square;
  frozen.weight_gradient = false;
  CHECK_THAT(compute_cost(setting.context(), block_of(frozen)).pass.total_s(),
             WithinRel(compute_cost(setting.context(), block_of(square)).pass.total_s() * 2 / 3));
}

TEST_CASE("Today's attention kernels run in the frameworks that bring them, where attention is fused") {
  Setting setting;
  setting.machine.current_attention = 2;
  double const older_s = attention_s(setting);
  setting.options.framework = megatron_core;
  auto const& fitted = setting.machine.fitted;
  double const reached = fitted.flash_attention_factor_current / fitted.flash_attention_factor;
  CHECK_THAT(attention_s(setting), WithinRel(older_s / 2 / reached));
  setting.options.framework = megatron_legacy;
  setting.options.attention = AttentionKernel::flash_3;  // the job's own takes the place of the framework's
  CHECK_THAT(attention_s(setting), WithinRel(older_s / 2 / reached));
  setting.options.attention = AttentionKernel::flash_1;
  CHECK_THAT(attention_s(setting),
             WithinRel(older_s * fitted.flash_attention_factor / fitted.flash_attention_factor_triton));
  setting.options.framework = megatron_core;
  setting.options.attention = AttentionKernel::unfused;
  double const unfused_s = attention_s(setting);
  setting.options.framework = megatron_legacy;
  CHECK(attention_s(setting) == unfused_s);
}

TEST_CASE("FlashAttention's Triton version runs where a framework had that, at its own share of the published rate") {
  Setting setting;
  setting.options.framework = fsdp_eager;
  double const flash_s = attention_s(setting);
  setting.options.framework = llm_foundry;
  auto const& fitted = setting.machine.fitted;
  CHECK_THAT(attention_s(setting),
             WithinRel(flash_s * fitted.flash_attention_factor / fitted.flash_attention_factor_triton));
}

TEST_CASE("Tensor-parallel overlap is the framework's habit unless the run says") {
  auto const& fitted = round_machine().fitted;
  Setting setting;
  setting.plan.sequence_parallel = true;
  double const exposed_s = fitted.tensor_parallel_exposure * 1e9 / 1e11;
  double const overlapped_s = fitted.tensor_parallel_exposure_overlapped * 1e9 / 1e11;
  CHECK_THAT(tensor_parallel_s(setting), WithinRel(exposed_s));
  setting.options.tensor_parallel_overlap = true;
  CHECK_THAT(tensor_parallel_s(setting), WithinRel(overlapped_s));
  setting.options.framework = megatron_core;
  setting.options.tensor_parallel_overlap = std::nullopt;
  CHECK_THAT(tensor_parallel_s(setting), WithinRel(overlapped_s));
  setting.options.tensor_parallel_overlap = false;
  CHECK_THAT(tensor_parallel_s(setting), WithinRel(exposed_s));
}

TEST_CASE(
    "User buffers overlap sequence-parallel collectives inside of one link domain, on NVIDIA unless the run says") {
  Setting setting;
  setting.options.framework = megatron_core;
  setting.plan = plan_of(8, 1, 1);
  setting.plan.sequence_parallel = true;
  auto const overlaps = [&] { return overlaps_tensor_parallel(setting.context()); };
  CHECK(overlaps());
  setting.plan.sequence_parallel = false;
  CHECK_FALSE(overlaps());
  setting.plan.sequence_parallel = true;

  setting.machine.devices_per_node = 4;
  CHECK_FALSE(overlaps());
  setting.options.tensor_parallel_overlap = true;
  CHECK_FALSE(overlaps());
  setting.machine.link_domain_devices = 72;
  CHECK(overlaps());
  setting.options.tensor_parallel_overlap = std::nullopt;
  CHECK(overlaps());

  setting.machine.vendor = "amd";
  CHECK_FALSE(overlaps());
  setting.options.tensor_parallel_overlap = true;
  CHECK(overlaps());
  setting.plan.tensor_parallel = 1;
  CHECK_FALSE(overlaps());
}

TEST_CASE("Across nodes tensor-parallel collectives of Megatron-Core take as long as another framework's") {
  Setting setting;
  setting.plan.sequence_parallel = true;
  setting.machine.devices_per_node = 1;
  double const legacy_s = tensor_parallel_s(setting);
  setting.options.framework = megatron_core;
  CHECK(tensor_parallel_s(setting) == legacy_s);
}

TEST_CASE(
    "With sequence parallelism a gather and a reduction travel, which switches do not speed up, unless overlapped") {
  Setting setting;
  setting.machine.node_link.gather_share = 0.5;
  double const reduced_s = tensor_parallel_s(setting);
  setting.plan.sequence_parallel = true;
  CHECK_THAT(tensor_parallel_s(setting), WithinRel(2 * reduced_s));
  setting.options.tensor_parallel_overlap = true;
  setting.machine.fitted.tensor_parallel_exposure_overlapped = setting.machine.fitted.tensor_parallel_exposure;
  CHECK_THAT(tensor_parallel_s(setting), WithinRel(reduced_s));
}

TEST_CASE("PyTorch reads and writes once more what it gathers along the sequence, and what it reduces") {
  Setting setting;
  setting.plan.sequence_parallel = true;
  double const legacy_s = tensor_parallel_s(setting);
  setting.options.framework = fsdp_plain;
  CHECK_THAT(tensor_parallel_s(setting) - legacy_s, WithinRel(4e9 / setting.machine.memory_bytes_per_s, 1e-9));
  setting.options.framework = maxtext;
  CHECK_THAT(tensor_parallel_s(setting), WithinRel(legacy_s));
  setting.options.framework = fsdp_plain;
  setting.plan.sequence_parallel = false;
  double const reduced_s = tensor_parallel_s(setting);
  setting.options.framework = megatron_legacy;
  CHECK(tensor_parallel_s(setting) == reduced_s);
}

TEST_CASE("torchtitan gathers what FP8 layers read as one byte, and reduces two, unless rows have scales") {
  Setting setting;
  setting.options.framework = fsdp_compiled;
  setting.plan.sequence_parallel = true;
  double const in_16_bit_s = tensor_parallel_s(setting);
  setting.job.precision = Precision::fp8;
  CHECK_THAT(tensor_parallel_s(setting), WithinRel(0.75 * in_16_bit_s));
  setting.options.fp8_rowwise = true;
  CHECK_THAT(tensor_parallel_s(setting), WithinRel(in_16_bit_s));
}

TEST_CASE("Gradients are added up in every micro-batch, by as many bytes as the framework moves") {
  for (auto const& traits : all_framework_traits()) {
    Setting setting;
    setting.options.framework = traits.kind;
    CHECK_THAT(accumulation_cost_s(setting.context(), {{}, {1e9, 0}}),
               WithinRel(traits.accumulation_bytes * 1e9 / 1e12));
  }
}

TEST_CASE("An instant device waits for its host, longer for layers of more kernels") {
  Setting setting;
  auto const& fitted = setting.machine.fitted;
  auto const waits_s = [&](FrameworkKind framework, bool gated, bool experts = false) {
    setting.options.framework = framework;
    setting.job.model.gated_ffn = gated;
    return host_bound_s(setting.context(), BlockCost{}, experts);
  };
  CHECK_THAT(waits_s(megatron_legacy, false), WithinRel(fitted.host_layer_fused_s));
  CHECK_THAT(waits_s(megatron_legacy, true), WithinRel(fitted.host_layer_eager_s));
  CHECK_THAT(waits_s(megatron_core, true), WithinRel(fitted.host_layer_core_s));
  CHECK_THAT(waits_s(megatron_core, true, true), WithinRel(fitted.host_layer_core_s + fitted.host_layer_experts_s));
  // FSDP's hooks run where it gathers a layer's parameters.
  CHECK_THAT(waits_s(fsdp_eager, false), WithinRel(fitted.host_layer_fused_s));
  setting.plan.sharding = Sharding::zero3;
  CHECK_THAT(waits_s(fsdp_eager, false), WithinRel(fitted.host_layer_eager_s));
  setting.machine.host_bound = false;
  CHECK(waits_s(fsdp_eager, false) == 0);
}

TEST_CASE("A device twice as slow as its host waits an eighth of its own time") {
  Setting const setting;
  BlockCost layer;
  double const device_s = 2 * setting.machine.fitted.host_layer_fused_s;
  layer.compute = {device_s, 0};
  // sqrt(2^2 + 1) = 2.236
  CHECK_THAT(host_bound_s(setting.context(), layer, false), WithinRel(device_s * (2.2360680 / 2 - 1), 1e-6));
}

TEST_CASE("Experts run in one kernel, other layers one by one") {
  Setting setting;
  setting.machine.multiprocessor_count = 8;
  GemmOperator experts{.name = "experts", .forward = {256, 128, 128}, .count = 8};
  auto const time_s = [&] { return compute_cost(setting.context(), block_of(experts)).pass.forward_s; };
  // A wave of eight full tiles, against eight of four small ones at 0.75 on eight multiprocessors.
  double const arithmetic_s = 8 * 2.0 * 256 * 128 * 128 / 1e14;
  double const one_by_one_s = time_s();
  experts.grouped = true;
  CHECK_THAT(one_by_one_s - time_s(), WithinRel(arithmetic_s * (1 / 0.375 - 1), 1e-6));
}
