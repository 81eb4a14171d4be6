// SPDX-License-Identifier: Apache-2.0
#include "advisor/next_measurement.hpp"

#include "advisor/calibration.hpp"
#include "advisor/uncertainty.hpp"
#include "profiles/units.hpp"
#include "tests/advisor/fixtures.hpp"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using hpcadvise::profiles::format_seconds_range;

namespace {

constexpr EstimateOptions stated{.framework = FrameworkKind::megatron_core};

std::string range_of(StepEstimate const& estimate) {
  auto const& [median, low, high] = estimate.step_time_s;
  return format_seconds_range(low, high, median);
}

}  // namespace

TEST_CASE("A measured step of the plan narrows its interval to what is said of it", "[next]") {
  auto const machine = of_system("lumi-g");
  auto const job = job_of(llama_7b(), 4096, 64);
  auto const plain = estimate_step(job, plan_of(1, 1, 16), machine, stated);
  auto const said = next_measurement(job, plain, machine, stated);
  auto options = stated;
  double const exact_s = plain.step_time_s.median;
  options.calibration =
      learn({.machine = "m", .anchors = {anchor_of(job, plain, options.framework, {exact_s, exact_s, exact_s})}});
  auto const then = estimate_step(job, plain.plan, machine, options);
  CHECK(then.step_time_s.high - then.step_time_s.low < 0.5 * (plain.step_time_s.high - plain.step_time_s.low));
  CHECK(said.find(fmt::format("become {}", range_of(then))) != std::string::npos);
  // MI250X is what runs were published of: a probe answers no doubt.
  CHECK(said.find("probe") == std::string::npos);
  CHECK(next_measurement(job, then, machine, options).empty());
}

TEST_CASE("Of a device with few published runs a probe narrows the interval too, and less", "[next]") {
  auto machine = of_system("marenostrum5-acc");
  auto const job = job_of(llama_7b(), 4096, 64);
  auto const plain = estimate_step(job, plan_of(1, 1, 16), machine, stated);
  auto const said = next_measurement(job, plain, machine, stated);
  for (auto& [precision, rates] : machine.gemm) rates.origin = hpcadvise::profiles::Origin::measured;
  auto const probed = estimate_step(job, plain.plan, machine, stated);
  REQUIRE(probed.log_sigma < plain.log_sigma);
  CHECK(said.ends_with(fmt::format("probe --only gemm,attention,memory) {}", range_of(probed))));
  CHECK(next_measurement(job, probed, machine, stated).find("probe --only") == std::string::npos);
}
