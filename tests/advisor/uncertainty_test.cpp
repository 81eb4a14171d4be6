// SPDX-License-Identifier: Apache-2.0
#include "advisor/uncertainty.hpp"

#include "advisor/constants.hpp"
#include "advisor/framework.hpp"
#include "advisor/step_estimate.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinRel;
using hpcadvise::profiles::Precision;

namespace {

constexpr EstimateOptions stated{.framework = FrameworkKind::megatron_core};

// With a device of which runs enough were published.
Machine known_machine() {
  auto machine = round_machine();
  machine.device = "a100-sxm-80gb";
  return machine;
}

Uncertainty of(Machine const& machine, EstimateOptions const& options = stated, bool extrapolated = false) {
  return step_uncertainty(job_of(small_gpt()), plan_of(1, 1, 8), machine, options, extrapolated);
}

bool has_flag(Uncertainty const& uncertainty, std::string_view flag) {
  return std::find(uncertainty.flags.begin(), uncertainty.flags.end(), flag) != uncertainty.flags.end();
}

}  // namespace

TEST_CASE("The interval holds 80 % of a log-normal: 1.2816 sigmas each way") {
  auto const interval = interval_around(10, 0.15);
  CHECK_THAT(interval.high, WithinRel(10 * std::exp(1.2816 * 0.15)));
  CHECK_THAT(interval.low * interval.high, WithinRel(100.0));
}

TEST_CASE("A known kind of plan on a known kind of device has the base sigma") {
  CHECK_THAT(of(known_machine()).log_sigma, WithinRel(constants::sigma_base.value));
}

TEST_CASE("A device of which few runs were published is in more doubt than others of its class, unless measured") {
  auto machine = known_machine();
  machine.device = "a100-sxm-64gb";
  CHECK_THAT(of(machine).log_sigma, WithinRel(std::hypot(constants::sigma_base.value, constants::sigma_device.value)));
  for (auto& [precision, rates] : machine.gemm) rates.origin = hpcadvise::profiles::Origin::measured;
  CHECK_THAT(of(machine).log_sigma, WithinRel(constants::sigma_base.value));
}

TEST_CASE(
    "A device that shares its power with its host is in as much doubt as a class that was never fitted, and not "
    "twice") {
  auto machine = known_machine();
  machine.architecture = "sm_90";
  machine.shares_power_with_host = true;
  double const outside = std::hypot(constants::sigma_base.value, constants::sigma_outside_fit.value);
  CHECK_THAT(of(machine).log_sigma, WithinRel(outside));
  machine.architecture = "sm_100";
  CHECK_THAT(of(machine).log_sigma, WithinRel(outside));
}

TEST_CASE("A framework that is known by its code alone is in doubt as one that is not stated") {
  auto const sigma = [](FrameworkKind kind) {
    return step_uncertainty(job_of(small_gpt()), plan_of(1, 1, 2), known_machine(), {.framework = kind}, false)
        .log_sigma;
  };
  CHECK(sigma(FrameworkKind::nanotron) == sigma(FrameworkKind::unknown));
  CHECK(sigma(FrameworkKind::nanotron) > sigma(FrameworkKind::megatron_core));
  CHECK_THAT(sigma(FrameworkKind::hugging_face),
             WithinRel(std::hypot(sigma(FrameworkKind::unknown), constants::sigma_hugging_face.value)));
}

TEST_CASE("Tensor parallelism in PyTorch without compiled layers is in doubt, and flagged") {
  auto const of = [](FrameworkKind kind, std::int64_t tensor) {
    return step_uncertainty(job_of(small_gpt()), plan_of(tensor, 1, 2), known_machine(), {.framework = kind}, false);
  };
  for (auto const kind : {FrameworkKind::fsdp_plain, FrameworkKind::torchtitan_eager, FrameworkKind::hugging_face}) {
    CHECK_THAT(of(kind, 2).log_sigma,
               WithinRel(std::hypot(of(kind, 1).log_sigma, constants::sigma_eager_tensor.value)));
    CHECK(has_flag(of(kind, 2), "eager-tensor-parallel"));
    CHECK_FALSE(has_flag(of(kind, 1), "eager-tensor-parallel"));
  }
  for (auto const kind : {FrameworkKind::fsdp_compiled, FrameworkKind::megatron_core, FrameworkKind::unknown})
    CHECK_FALSE(has_flag(of(kind, 2), "eager-tensor-parallel"));
}

TEST_CASE("A device of JUPITER shares its power with its host, one of MareNostrum 5 does not") {
  CHECK(of_system("jupiter-booster").shares_power_with_host);
  CHECK_FALSE(of_system("marenostrum5-acc").shares_power_with_host);
}

TEST_CASE("What rests on overlapped tensor-parallel collectives is flagged, unless the run says so") {
  auto plan = plan_of(4, 1, 2);
  plan.sequence_parallel = true;
  auto const flagged = [&](EstimateOptions const& options) {
    return has_flag(step_uncertainty(job_of(small_gpt()), plan, known_machine(), options, false), "overlap-assumed");
  };
  CHECK(flagged(stated));
  CHECK_FALSE(flagged({.framework = FrameworkKind::megatron_core, .tensor_parallel_overlap = true}));
  CHECK_FALSE(flagged({.framework = FrameworkKind::megatron_core, .tensor_parallel_overlap = false}));
  CHECK_FALSE(flagged({.framework = FrameworkKind::fsdp_compiled}));
  plan.tensor_parallel = 16;
  CHECK_FALSE(flagged(stated));
}

TEST_CASE("Who asks for overlapped tensor-parallel collectives where they cannot be is told") {
  auto plan = plan_of(4, 1, 2);
  auto const flagged = [&](std::optional<bool> overlap) {
    EstimateOptions const options{.framework = FrameworkKind::megatron_core, .tensor_parallel_overlap = overlap};
    return has_flag(step_uncertainty(job_of(small_gpt()), plan, known_machine(), options, false), "overlap-impossible");
  };
  CHECK(flagged(true));
  CHECK_FALSE(flagged(false));
  CHECK_FALSE(flagged(std::nullopt));
  plan.sequence_parallel = true;
  CHECK_FALSE(flagged(true));
  plan = plan_of(1, 1, 2);
  CHECK_FALSE(flagged(true));
}

TEST_CASE("Widenings add in quadrature and are flagged") {
  auto machine = known_machine();
  machine.vendor = "amd";
  CHECK_THAT(of(machine).log_sigma, WithinRel(std::hypot(constants::sigma_base.value, constants::sigma_amd.value)));
  machine.architecture = "gfx1250";
  CHECK_THAT(of(machine).log_sigma, WithinRel(std::hypot(constants::sigma_base.value, constants::sigma_amd.value,
                                                         constants::sigma_outside_fit.value)));
  CHECK(of(machine, {.framework = FrameworkKind::unknown}).log_sigma > of(machine).log_sigma);
  CHECK(has_flag(of(machine, stated, true), "extrapolated"));
  CHECK(has_flag(of(machine), "reference-only"));
}

TEST_CASE("An unstated framework is in more doubt than the kinds differ by on A100, in less than on H100") {
  auto const spread = [](char const* system) {
    auto const machine = find_machine(system, {});
    auto plan = plan_of(1, 1, 64, 1, 512);
    plan.sharding = Sharding::zero1;
    auto const log_s = [&](FrameworkKind kind) {
      EstimateOptions const options{.framework = kind};
      return std::log(estimate_step(job_of(llama_7b(), 4096, 512), plan, machine, options).step_time_s.median);
    };
    double squares = 0;
    int count = 0;
    for (auto const& traits : all_framework_traits()) {
      if (traits.kind == FrameworkKind::unknown) continue;
      squares += std::pow(log_s(traits.kind) - log_s(FrameworkKind::unknown), 2);
      ++count;
    }
    return std::sqrt(squares / count);
  };
  CHECK(spread("leonardo-booster") < constants::sigma_framework.value);
  CHECK(spread("marenostrum5-acc") > constants::sigma_framework.value);
}

TEST_CASE("Experts on more ranks than any published run had are in more doubt, and flagged") {
  auto const of_ranks = [](std::int64_t ranks) {
    auto plan = plan_of(1, 1, 128);
    plan.expert_parallel = ranks;
    return step_uncertainty(job_of(small_gpt()), plan, round_machine(), stated, false);
  };
  CHECK_FALSE(has_flag(of_ranks(64), "experts-unproven"));
  CHECK(has_flag(of_ranks(128), "experts-unproven"));
  CHECK_THAT(of_ranks(128).log_sigma,
             WithinRel(std::hypot(of_ranks(64).log_sigma, constants::sigma_outside_fit.value)));
}

TEST_CASE("Megatron-FSDP is in as much doubt as a framework that is not described, and flagged") {
  auto const of = [](FrameworkKind framework, Sharding sharding) {
    auto plan = plan_of(1, 1, 8);
    plan.sharding = sharding;
    return step_uncertainty(job_of(small_gpt()), plan, round_machine(), {.framework = framework}, false);
  };
  auto const known = of(FrameworkKind::megatron_core, Sharding::zero1);
  CHECK_FALSE(has_flag(known, "sharding-unproven"));
  CHECK_FALSE(has_flag(of(FrameworkKind::fsdp_plain, Sharding::zero3), "sharding-unproven"));
  for (auto const sharding : {Sharding::zero2, Sharding::zero3}) {
    auto const unproven = of(FrameworkKind::megatron_core, sharding);
    CHECK(has_flag(unproven, "sharding-unproven"));
    CHECK_THAT(unproven.log_sigma, WithinRel(std::hypot(known.log_sigma, constants::sigma_framework.value)));
  }
}

TEST_CASE("A measured machine carries the spread of its samples") {
  auto machine = known_machine();
  machine.origin = hpcadvise::profiles::Origin::measured;
  machine.gemm[Precision::bf16].points = {{64, 64, 64, 1e12, 0.196}};
  CHECK_THAT(of(machine).log_sigma, WithinRel(std::hypot(constants::sigma_base.value, 0.1)));
  CHECK_FALSE(has_flag(of(machine), "reference-only"));
}

TEST_CASE("Links of a measured device are flagged until both they and the network were measured") {
  using hpcadvise::profiles::Origin;
  auto machine = round_machine();
  machine.origin = Origin::reference;
  for (auto& [precision, rates] : machine.gemm) rates.origin = Origin::measured;
  CHECK(has_flag(of(machine), "links-reference"));
  machine.node_link.origin = Origin::measured;
  CHECK(has_flag(of(machine), "links-reference"));
  machine.network.origin = Origin::measured;
  CHECK_FALSE(has_flag(of(machine), "links-reference"));
  CHECK_FALSE(has_flag(of(machine), "reference-only"));
}

TEST_CASE("A format without rates of its own is flagged") {
  auto machine = round_machine();
  machine.gemm.erase(Precision::bf16);
  CHECK(has_flag(of(machine), "precision-substituted"));
}
