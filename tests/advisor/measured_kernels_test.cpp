// SPDX-License-Identifier: Apache-2.0
#include "advisor/measured_kernels.hpp"

#include "advisor/cost/attention.hpp"
#include "advisor/cost/compute.hpp"
#include "advisor/device_classes.hpp"
#include "advisor/rates.hpp"
#include "tests/advisor/gpu_profile.hpp"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>

using namespace hpcadvise;
using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;
using profiles::Origin;
using profiles::Precision;
using enum FrameworkKind;

namespace {

constexpr char const* unknown_name = "NVIDIA X1";

// With cuDNN's attention beside that of hpcadvise's own kernel.
profiles::MachineProfile with_cudnn(double forward_flops_per_s, double backward_flops_per_s) {
  auto profile = node(8);
  for (std::int64_t const length : {1024, 8192}) {
    profile.samples.push_back(attention_sample("cudnn", "forward", forward_flops_per_s, length));
    profile.samples.push_back(attention_sample("cudnn", "backward", backward_flops_per_s, length));
  }
  return profile;
}

profiles::MachineProfile with_fp8(double flops_per_s) {
  auto profile = node(8);
  profile.samples.push_back(gemm_sample("cublaslt", 8192, flops_per_s, "fp8"));
  return profile;
}

double attention_term_s(Machine const& machine, FrameworkKind framework) {
  return estimate_step(job_of(llama_7b(), 4096, 8), plan_of(1, 1, 1, 1, 8), machine, {.framework = framework})
      .terms.attention_s;
}

// How long one lone attention or GEMM takes, as the framework's kernels run in training.
double attention_s(Machine const& machine, FrameworkKind framework, AttentionOperator const& what) {
  auto const job = job_of(llama_7b());
  auto const plan = plan_of(1, 1, 1);
  EstimateOptions const options{.framework = framework};
  Block block;
  block.attention = what;
  return attention_cost({job, plan, machine, options, framework_traits(framework)}, block).pass.total_s();
}

double fp8_gemm_s(Machine const& machine, FrameworkKind framework) {
  auto job = job_of(llama_7b());
  job.precision = Precision::fp8;
  auto const plan = plan_of(1, 1, 1);
  EstimateOptions const options{.framework = framework};
  Block block;
  block.gemms = {{.name = "square", .forward = {8192, 8192, 8192}, .quantized = true}};
  return compute_cost({job, plan, machine, options, framework_traits(framework)}, block).pass.total_s();
}

}  // namespace

TEST_CASE("Half the attention measured takes twice as long, on known and unknown GPUs, in every framework") {
  auto const* const name = GENERATE("NVIDIA H100 80GB HBM3", unknown_name);
  auto fast = with_cudnn(600e12, 500e12);
  auto slow = with_cudnn(300e12, 250e12);
  for (auto* const profile : {&fast, &slow}) profile->devices.assign(1, h100());
  for (auto* const profile : {&fast, &slow}) profile->devices[0].name = name;
  for (auto const framework : {megatron_core, maxtext, fsdp_eager, megatron_legacy})
    CHECK_THAT(attention_term_s(machine_from_profile(slow), framework),
               WithinRel(2 * attention_term_s(machine_from_profile(fast), framework), 1e-9));
}

TEST_CASE("Frameworks that run cuDNN sustain today's share of its rate, others that of FlashAttention-2") {
  auto profile = with_cudnn(600e12, 500e12);
  profile.devices[0].name = GENERATE("NVIDIA H100 80GB HBM3", unknown_name);
  auto const machine = machine_from_profile(profile);
  AttentionOperator const attention{1, 8, 8, 8192, 8192, 128, true};
  double const lone_s = attention_forward_flops(attention) * (1 / 600e12 + 2.5 / 500e12);
  auto const& fitted = machine.fitted;
  CHECK_THAT(attention_s(machine, megatron_core, attention), WithinRel(lone_s / fitted.flash_attention_factor_current));
  CHECK_THAT(attention_s(machine, fsdp_eager, attention),
             WithinRel(lone_s / fitted.flash_attention_factor * 616.0 / 335.0));
  CHECK(machine.attention.origin == Origin::measured);
  CHECK(
      has_note(machine, "fused attention: cuDNN's as measured, of which training sustains 0.75 where frameworks run"));
  CHECK(std::ranges::count_if(machine.notes, [](auto const& note) { return note.starts_with("fused attention"); }) ==
        1);
}

TEST_CASE("Where cuDNN's attention is the slower one frameworks run FlashAttention-2, told from it") {
  auto profile = with_cudnn(150e12, 130e12);
  profile.devices[0].name = "NVIDIA A100-SXM4-80GB";
  profile.devices[0].gpu->architecture = "sm80";
  profile.devices[0].gpu->multiprocessor_count = 108;
  auto const machine = machine_from_profile(profile);
  REQUIRE(machine.device == "a100-sxm-80gb");
  double const older = machine.fitted.flash_attention_factor / device_class("sm_80").cudnn_attention;
  CHECK_THAT(machine.attention.forward_flops_per_s, WithinRel(older * 150e12));
  CHECK(attention_term_s(machine, megatron_core) == attention_term_s(machine, megatron_legacy));
  CHECK(has_note(machine, "frameworks run FlashAttention-2 here"));
}

TEST_CASE("A profile that measures what is published answers as the description does") {
  auto const described = machine_from_parts({"h100-sxm-80gb", 8, {}, {}});
  auto profile = node(8);
  std::erase_if(profile.samples, [](auto const& sample) { return sample.probe == "gemm"; });
  profile.samples.push_back(gemm_sample("cublaslt", 8192, 794.5e12));
  profile.samples.push_back(gemm_sample("cublaslt", 8192, 1402.6e12, "fp8"));
  double const today = device_class("sm_90").cudnn_attention / (1 + 150.0 / 16384);
  profile.samples.push_back(attention_sample("cudnn", "forward", today * 335e12, 16384));
  profile.samples.push_back(attention_sample("cudnn", "backward", today * 325.3e12, 16384));
  auto const machine = machine_from_profile(profile);
  CHECK_THAT(machine.gemm.at(Precision::fp8).plateau_flops_per_s,
             WithinRel(described.gemm.at(Precision::fp8).plateau_flops_per_s));
  for (auto const framework : {megatron_core, maxtext, fsdp_eager, megatron_legacy})
    for (auto const length : {2048, 16384, 65536}) {  // shorter and longer than measured, too
      AttentionOperator const attention{1, 8, 8, length, length, 128, true};
      CHECK_THAT(attention_s(machine, framework, attention), WithinRel(attention_s(described, framework, attention)));
      AttentionOperator const small{1, 8, 8, length, length, 64, true};
      CHECK_THAT(attention_s(machine, framework, small), WithinRel(attention_s(described, framework, small)));
    }
}

TEST_CASE("Attention beyond the lengths measured goes on as published, and unflagged, where that is known") {
  auto profile = with_cudnn(600e12, 500e12);
  AttentionOperator const longer{1, 8, 8, 16384, 16384, 128, true};
  AttentionOperator const without_mask{1, 8, 8, 8192, 8192, 128, false};
  auto const extrapolated = [&](AttentionOperator const& what) {
    return attention_time(machine_from_profile(profile), what, Direction::forward, Precision::bf16,
                          AttentionKernel::flash_2)
        .extrapolated;
  };
  CHECK_FALSE(extrapolated(longer));
  CHECK(extrapolated(without_mask));
  profile.devices[0].name = unknown_name;
  CHECK(extrapolated(longer));
}

TEST_CASE("Attention that was not measured, or failed to be, leaves what is published") {
  auto profile = with_cudnn(600e12, 500e12);
  auto const published = machine_from_parts({"h100-sxm-80gb", 8, {}, {}}).attention;
  SECTION("in one direction, that one") {
    for (auto& sample : profile.samples)
      if (profiles::text_parameter(sample.parameters, "direction") == "backward")
        sample.status = profiles::SampleStatus::failed;
    auto const machine = machine_from_profile(profile);
    CHECK(machine.attention.forward_points.size() == 2);
    CHECK(machine.attention.backward_points.empty());
    CHECK(machine.attention.backward_flops_per_s == published.backward_flops_per_s);
    CHECK(machine.attention.origin == Origin::reference);
    CHECK(has_note(machine, "cuDNN's forward as measured"));
  }
  SECTION("in both, all of it: hpcadvise's own kernel is none that frameworks run") {
    for (auto& sample : profile.samples)
      if (sample.provider == "cudnn") sample.status = profiles::SampleStatus::wrong;
    auto const machine = machine_from_profile(profile);
    CHECK(machine.attention.forward_points.empty());
    CHECK(machine.attention.forward_flops_per_s == published.forward_flops_per_s);
    CHECK(machine.attention.origin == Origin::reference);
    CHECK(has_note(machine, "hpcadvise's own kernel was measured, which frameworks do not run"));
  }
}

TEST_CASE("On a GPU of which nothing is published hpcadvise's own attention stands for any, as it is") {
  auto profile = node(1);
  profile.devices[0].name = unknown_name;
  CHECK(has_note(machine_from_profile(profile), "not measured in both directions, the unfused form is assumed"));
  profile.samples.push_back(attention_sample("kokkos", "backward", 80e12));
  auto const machine = machine_from_profile(profile);
  CHECK(machine.attention.forward_flops_per_s == 100e12);
  CHECK(attention_term_s(machine, megatron_core) == attention_term_s(machine, megatron_legacy));
  CHECK(has_note(machine, "fused attention: hpcadvise's own kernel stands for that of frameworks"));
  CHECK_FALSE(has_note(machine, "unfused form"));
}

TEST_CASE("fp8 is what cuBLASLt gave, less what casts and training cost of a lone GEMM, on known and unknown GPUs") {
  auto profile = with_fp8(1200e12);
  profile.devices[0].name = GENERATE("NVIDIA H100 80GB HBM3", unknown_name);
  auto const machine = machine_from_profile(profile);
  auto const& fitted = machine.fitted;
  double const lone_s = 3 * 2.0 * 8192 * 8192 * 8192 / 1200e12;
  double const alone = 1402.6 / (2 * 794.5);  // an FP8 GEMM over twice one in 16 bit, H100
  CHECK_THAT(fp8_gemm_s(machine, fsdp_eager),
             WithinRel(lone_s / (fitted.gemm_sustained_sm90 * fitted.fp8_gemm_efficiency / alone), 1e-6));
  CHECK_THAT(fp8_gemm_s(machine, megatron_core),
             WithinRel(lone_s / (fitted.gemm_sustained_sm90 * fitted.fp8_gemm_efficiency_fused / alone), 1e-6));
  CHECK(machine.gemm.at(Precision::fp8).origin == Origin::measured);
  CHECK(has_note(machine, fmt::format("FP8: as measured, of which training sustains {:.2f} with its casts",
                                      fitted.gemm_sustained_sm90 * fitted.fp8_gemm_efficiency / alone)));
  profile.samples.back().rates["flops_per_s"].median /= 2;
  CHECK_THAT(fp8_gemm_s(machine_from_profile(profile), fsdp_eager), WithinRel(2 * fp8_gemm_s(machine, fsdp_eager)));
}

TEST_CASE("fp8 keeps the shape it was measured with, and follows bf16 where it was not") {
  auto profile = with_fp8(1200e12);
  profile.samples.push_back(gemm_sample("cublaslt", 2048, 300e12, "fp8"));
  auto const& points = machine_from_profile(profile).gemm.at(Precision::fp8).points;
  REQUIRE(points.size() == 2);
  CHECK_THAT(points[1].flops_per_s / points[0].flops_per_s, WithinRel(4.0));

  for (auto& sample : profile.samples)
    if (profiles::text_parameter(sample.parameters, "precision") == "fp8")
      sample.status = profiles::SampleStatus::failed;
  auto const machine = machine_from_profile(profile);
  auto const& fp8 = machine.gemm.at(Precision::fp8);
  CHECK(fp8.points.empty());
  CHECK(fp8.origin == Origin::reference);
  CHECK_THAT(fp8.plateau_flops_per_s,
             WithinRel(machine.fitted.fp8_gemm_efficiency * 2 * machine.gemm.at(Precision::bf16).plateau_flops_per_s));
}
