// SPDX-License-Identifier: Apache-2.0
#include "advisor/calibration.hpp"

#include "advisor/constants.hpp"
#include "advisor/published_runs.hpp"
#include "advisor/step_estimate.hpp"
#include "advisor/uncertainty.hpp"
#include "fixtures.hpp"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>
#include <array>
#include <cmath>

using namespace hpcadvise;
using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

constexpr std::string_view plan_here = "tp=2,dp=8,micro_batch=1,global_batch=64,sharding=zero1";

// An exact measurement of `factor` times a prediction of 10 s, which has the doubts of any plan and those given.
profiles::CalibrationAnchor anchor(std::string_view plan, double factor, profiles::Doubts doubts = {}) {
  double variance = constants::sigma_base * constants::sigma_base;
  for (auto const& [name, sigma] : doubts) variance += sigma * sigma;
  auto const predicted = interval_around(10, std::sqrt(variance));
  return {.plan = std::string(plan),
          .model = "m",
          .parameter_count = 7e9,
          .sequence_length = 4096,
          .precision = "bf16",
          .device_count = 16,
          .framework = "a",
          .measured = {10 * factor, 10 * factor, 10 * factor},
          .predicted = {10, predicted.low, predicted.high},
          .doubts = std::move(doubts),
          .log_sha256 = std::string(plan)};
}

profiles::CalibrationAnchor anchor_of(TrainingJob const& job, StepEstimate const& estimate, double measured_s) {
  return anchor_of(job, estimate, FrameworkKind::unknown, {measured_s, measured_s, measured_s});
}

RunTraits traits(std::string_view plan, profiles::Doubts doubts = {}) {
  return {.plan = parallel_plan_from_text(plan),
          .model = "m",
          .parameter_count = 7e9,
          .sequence_length = 4096,
          .precision = "bf16",
          .framework = "a",
          .doubts = std::move(doubts)};
}

StepCalibration learnt(std::vector<profiles::CalibrationAnchor> anchors) {
  return learn({.machine = "m", .anchors = std::move(anchors)});
}

double factor_for(std::string_view plan, std::vector<profiles::CalibrationAnchor> anchors) {
  return correction(learnt(std::move(anchors)), traits(plan)).log_factor;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

TEST_CASE("A measured step moves its own plan by most of what it shows, a like one by half, an unlike one by less",
          "[calibration]") {
  double const shown = std::log(1.05);
  std::vector const seen{anchor(plan_here, 1.05)};
  // Of 0.09^2 all but the 0.03^2 of one run alone is what the plan does: 0.0072 / 0.0081.
  CHECK_THAT(factor_for(plan_here, seen), WithinRel(0.889 * shown, 0.01));
  // The machine's 0.03^2 and what like plans share, 0.062^2 exp(-((1/3)^2 + (1/3)^2) / 2): 0.0043 / 0.0081.
  CHECK_THAT(factor_for("tp=4,dp=4,micro_batch=2,global_batch=64,sharding=zero1", seen),
             WithinRel(0.535 * shown, 0.01));
  // Four to sixteen times as much of everything, all recomputed: the machine's part alone, 0.0009 / 0.0081.
  CHECK_THAT(factor_for("tp=8,pp=16,dp=64,micro_batch=16,global_batch=4096,recompute=full", seen),
             WithinRel(0.111 * shown, 0.01));
}

TEST_CASE("What several plans agree on is taken to be the machine's", "[calibration]") {
  constexpr std::string_view unlike = "tp=1,dp=512,micro_batch=1,global_batch=512,recompute=full,sharding=zero3";
  auto const one = factor_for(unlike, {anchor(plan_here, 1.1)});
  auto const three = factor_for(unlike, {anchor(plan_here, 1.1), anchor("tp=8,pp=8,dp=1,micro_batch=4", 1.1),
                                         anchor("pp=4,dp=4,micro_batch=2,recompute=full", 1.1)});
  CHECK(three > 1.5 * one);
}

TEST_CASE("A run that shows no error changes no step and narrows the interval, of its own plan the most",
          "[calibration]") {
  auto const seen = learnt({anchor(plan_here, 1.0)});
  auto const own = correction(seen, traits(plan_here));
  auto const other = correction(seen, traits("tp=1,dp=512,micro_batch=8,global_batch=4096"));
  CHECK_THAT(own.log_factor, WithinAbs(0, 1e-12));
  CHECK_THAT(other.log_factor, WithinAbs(0, 1e-12));
  // 0.0072^2 / 0.0081 of it.
  CHECK_THAT(own.answered_variance, WithinRel(0.0064, 0.02));
  CHECK(other.answered_variance > 0);
  CHECK(other.answered_variance < own.answered_variance / 4);
}

TEST_CASE("A doubt about FP8 is answered by a run in FP8 and not by one in bf16", "[calibration]") {
  profiles::Doubts const fp8{{"fp8", 0.12}};
  auto const moved_by = [&](profiles::Doubts const& of_the_run) {
    return correction(learnt({anchor("dp=16,micro_batch=1", 1.1, of_the_run)}), traits("dp=16,micro_batch=4", fp8));
  };
  CHECK(moved_by(fp8).answered_variance > 2 * moved_by({}).answered_variance);
  // A run in FP8 says less of bf16 than one in bf16: it may be FP8 that is slow there.
  auto const bf16_moved_by = [&](profiles::Doubts const& of_the_run) {
    return correction(learnt({anchor("dp=16,micro_batch=1", 1.1, of_the_run)}), traits("dp=16,micro_batch=4"));
  };
  CHECK(bf16_moved_by(fp8).log_factor < 0.6 * bf16_moved_by({}).log_factor);
}

TEST_CASE("A doubt about the machine is answered for every plan on it", "[calibration]") {
  profiles::Doubts const device{{"device", 0.20}};
  auto const left = correction(learnt({anchor("dp=16,micro_batch=1", 1.3, device)}),
                               traits("tp=8,pp=16,dp=64,micro_batch=16,global_batch=4096,recompute=full", device));
  CHECK(left.log_factor > 0.75 * std::log(1.3));
  CHECK(left.answered_variance > 0.75 * 0.04);
}

TEST_CASE("An anchor of an older version, which names no doubts, leaves its wider interval to its plan alone",
          "[calibration]") {
  auto old = anchor(plan_here, 1.3, {{"device", 0.20}});
  old.doubts.clear();
  old.parameter_count.reset();
  CHECK(factor_for(plan_here, {old}) > 0.9 * std::log(1.3));
  CHECK(factor_for("dp=512,micro_batch=8,global_batch=4096", {old}) < 0.2 * std::log(1.3));
}

TEST_CASE("Several logs of one plan say what one of them does", "[calibration]") {
  auto again = anchor(plan_here, 1.2);
  again.log_sha256 = "another";
  CHECK_THAT(factor_for("dp=16", {anchor(plan_here, 1.2), again}),
             WithinRel(factor_for("dp=16", {anchor(plan_here, 1.2)}), 1e-12));
}

TEST_CASE("A run that stands apart counts less than those that agree, but for its own plan", "[calibration]") {
  constexpr std::string_view asked = "tp=2,dp=8,micro_batch=8,global_batch=64,sharding=zero1";
  constexpr std::string_view odd = "tp=2,dp=8,micro_batch=4,global_batch=64,sharding=zero1";
  std::vector const agreeing{anchor(plan_here, 1.02), anchor("tp=2,dp=8,micro_batch=2,global_batch=64", 1.02)};
  auto with_odd_one = agreeing;
  with_odd_one.push_back(anchor(odd, 1.5));
  CHECK(factor_for(asked, with_odd_one) < 0.5 * std::log(1.5));
  CHECK(factor_for(odd, with_odd_one) > 0.85 * std::log(1.5));
}

TEST_CASE("A noisy run, one of another framework and one of another model say less", "[calibration]") {
  constexpr std::string_view asked = "tp=2,dp=8,micro_batch=4,global_batch=64,sharding=zero1";
  double const plain = factor_for(asked, {anchor(plan_here, 1.2)});
  auto noisy = anchor(plan_here, 1.2);
  noisy.measured.low_s = 8;
  noisy.measured.high_s = 18;
  CHECK(factor_for(asked, {noisy}) < plain);
  auto other = anchor(plan_here, 1.2);
  other.framework = "b";
  CHECK(factor_for(asked, {other}) < plain);
  other = anchor(plan_here, 1.2);
  other.parameter_count = 70e9;
  CHECK(factor_for(asked, {other}) < plain);
}

TEST_CASE("No prediction is given a smaller factor than the least", "[calibration]") {
  auto const seen = learnt({anchor(plan_here, 0.8), anchor("pp=8,dp=2,micro_batch=4,recompute=full", 0.9),
                            anchor("dp=16,micro_batch=2,global_batch=64,sharding=zero3", 1.2, {{"fp8", 0.12}})});
  double const least = least_log_factor(seen);
  CHECK(least < 0);
  for (int tensor : {1, 2, 4, 8})
    for (int pipeline : {1, 8})
      for (auto const& doubts : {profiles::Doubts{}, profiles::Doubts{{"fp8", 0.12}}}) {
        auto const plan = fmt::format("tp={},pp={},dp=2,micro_batch=1", tensor, pipeline);
        CHECK(correction(seen, traits(plan, doubts)).log_factor >= least);
      }
  CHECK(correction(seen, traits(plan_here)).log_factor >= least);
}

TEST_CASE("The order of the runs does not matter, and the same log replaces itself", "[calibration]") {
  CHECK_THAT(factor_for("dp=16", {anchor("tp=2", 1.1), anchor("tp=4", 1.3)}),
             WithinRel(factor_for("dp=16", {anchor("tp=4", 1.3), anchor("tp=2", 1.1)}), 1e-12));
  profiles::Calibration calibration;
  add_anchor(calibration, anchor("tp=2", 1.1));
  add_anchor(calibration, anchor("tp=4", 1.3));
  add_anchor(calibration, anchor("tp=2", 1.2));
  REQUIRE(calibration.anchors.size() == 2);
  CHECK(calibration.anchors.back().measured.median_s == 12);
}

TEST_CASE("A calibrated estimate scales as a whole and keeps the doubts that the runs did not share", "[calibration]") {
  auto const job = job_of(llama_7b(), 2048, 64);
  auto const plan = plan_of(2, 1, 8);
  auto const plain = estimate_step(job, plan, round_machine(), {});
  EstimateOptions options;
  options.calibration = learnt({anchor("dp=64,micro_batch=1,global_batch=64,recompute=full", 1.05)});
  auto const shift = correction(*options.calibration, run_traits(job, plan, options.framework, plain.doubts));
  double const factor = std::exp(shift.log_factor);
  REQUIRE(factor > 1.005);
  REQUIRE(shift.answered_variance > 0);
  auto const calibrated = estimate_step(job, plan, round_machine(), options);
  CHECK_THAT(calibrated.step_time_s.median, WithinRel(factor * plain.step_time_s.median, 1e-12));
  CHECK_THAT(calibrated.terms.total_s(), WithinRel(calibrated.step_time_s.median, 1e-9));
  CHECK_THAT(calibrated.tokens_per_s_per_device, WithinRel(plain.tokens_per_s_per_device / factor, 1e-12));
  CHECK_THAT(calibrated.mfu_of_dense_peak, WithinRel(plain.mfu_of_dense_peak / factor, 1e-12));
  double const kept = plain.log_sigma * plain.log_sigma - shift.answered_variance;
  CHECK_THAT(calibrated.log_sigma * calibrated.log_sigma, WithinRel(kept, 1e-9));
  CHECK(calibrated.flags.back() == "calibrated");
  CHECK(std::count(plain.flags.begin(), plain.flags.end(), "reference-only") == 1);
  CHECK(std::count(calibrated.flags.begin(), calibrated.flags.end(), "reference-only") == 0);
  CHECK(calibrated.memory.total_bytes() == plain.memory.total_bytes());
}

TEST_CASE(
    "On a machine that is much slower than predicted, other plans are as far off as one step leaves them, and say so",
    "[calibration]") {
  double const slower = GENERATE(1.3, 2.0);
  auto const job = job_of(llama_7b(), 4096, 64);
  auto const machine = of_system("lumi-g");
  auto const truth_s = [&](ParallelPlan const& plan) {
    return slower * estimate_step(job, plan, machine, {}).step_time_s.median;
  };
  std::array const measured{plan_of(1, 1, 8), plan_of(8, 2, 2), plan_of(2, 4, 4)};
  auto const framework = GENERATE(FrameworkKind::unknown, FrameworkKind::megatron_core);
  for (std::size_t const runs : {1U, 3U}) {
    EstimateOptions options{.framework = framework};
    std::vector<profiles::CalibrationAnchor> anchors;
    for (std::size_t run = 0; run < runs; ++run)
      anchors.push_back(anchor_of(job, estimate_step(job, measured[run], machine, {.framework = framework}), framework,
                                  {truth_s(measured[run]), truth_s(measured[run]), truth_s(measured[run])}));
    options.calibration = learnt(anchors);
    for (auto const& plan : {plan_of(2, 1, 8), plan_of(4, 2, 4), plan_of(8, 1, 1), plan_of(1, 4, 16)}) {
      auto const estimate = estimate_step(job, plan, machine, options);
      CAPTURE(slower, framework, runs, to_text(plan));
      double const left = std::abs(std::log(estimate.step_time_s.median / truth_s(plan)));
      CHECK(left < (runs == 1 ? 0.7 : 0.25) * std::log(slower));
      CHECK(estimate.step_time_s.high > truth_s(plan));
      CHECK(estimate.step_time_s.low < truth_s(plan));
    }
  }
}

TEST_CASE("The slower a measured step was, the slower other plans are predicted to be", "[calibration]") {
  for (std::string_view const asked : {"tp=2,dp=8,micro_batch=2,global_batch=64,sharding=zero1",
                                       "tp=8,pp=16,dp=64,micro_batch=16,global_batch=4096,recompute=full"}) {
    double before = -1;
    for (double const slower : {0.5, 0.8, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6, 2.0, 3.0}) {
      CAPTURE(asked, slower);
      double const factor = factor_for(asked, {anchor(plan_here, slower)});
      CHECK(factor > before);
      before = factor;
    }
  }
}

TEST_CASE("A plan that repeats more work is not predicted to be faster for what was measured of the other",
          "[calibration]") {
  auto repeating = std::string(plan_here) + ",recompute=selective";
  for (double const slower : {0.8, 1.1, 1.3, 2.0})
    CHECK_THAT(factor_for(repeating, {anchor(plan_here, slower)}),
               WithinRel(factor_for(plan_here, {anchor(plan_here, slower)}), 1e-12));
}

// Errors of the other runs of a group, before and after calibrating on three of them, over many choices of three.
// The constants are fitted on these sweeps, so they are predicted without a bias: calibrating can only add the noise of
// its runs. `site` is what a machine that nobody has fitted would be off by.
TEST_CASE("Calibrating on three runs of the published sweeps removes most of what a site is off by", "[calibration]") {
  double const site = GENERATE(1.0, 1.2);
  auto const results = estimate_runs(HPCADVISE_TEST_DATA "/data/calibration_runs.csv");
  for (std::string const group : {"BLOOM", "LUMI"}) {
    std::vector<RunResult> runs;
    std::copy_if(results.begin(), results.end(), std::back_inserter(runs),
                 [&](RunResult const& run) { return run.source_group == group && run.estimate; });
    REQUIRE(runs.size() >= 6);
    std::vector<double> before, after;
    std::size_t const third = runs.size() / 3;
    for (std::size_t start = 0; start < third; ++start) {
      std::vector<std::size_t> const chosen{start, start + third, start + 2 * third};
      profiles::Calibration calibration;
      for (auto const index : chosen) {
        auto estimate = *runs[index].estimate;
        auto& step_s = estimate.step_time_s;
        step_s = {site * step_s.median, site * step_s.low, site * step_s.high};
        calibration.anchors.push_back(anchor_of(runs[index].run->job, estimate, *runs[index].measured_step_time_s));
      }
      auto const seen = learn(calibration);
      std::vector<double> plain, calibrated;
      for (std::size_t i = 0; i < runs.size(); ++i) {
        if (std::find(chosen.begin(), chosen.end(), i) != chosen.end()) continue;
        auto const& estimate = *runs[i].estimate;
        double const ratio = site * estimate.step_time_s.median / *runs[i].measured_step_time_s;
        auto const shift =
            correction(seen, run_traits(runs[i].run->job, estimate.plan, FrameworkKind::unknown, estimate.doubts));
        plain.push_back(std::abs(ratio - 1));
        calibrated.push_back(std::abs(std::exp(shift.log_factor) * ratio - 1));
      }
      before.push_back(median(plain));
      after.push_back(median(calibrated));
    }
    CAPTURE(site, group, median(before), median(after));
    if (site > 1) CHECK(median(after) <= median(before) / 2);
    CHECK(median(after) <= (site > 1 ? 0.1 : 0.05));
  }
}
