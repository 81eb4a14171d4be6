// SPDX-License-Identifier: Apache-2.0
#include "advisor/verify.hpp"

#include "fixtures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

TrainingLog steady_log(double step_s) {
  TrainingLog log;
  for (int i = 1; i <= 20; ++i) {
    LogStep step;
    step.iteration = i;
    step.step_time_s = step_s;
    log.steps.push_back(step);
  }
  return log;
}

void set_timer(TrainingLog& log, char const* name, double time_s, double fastest_s = 0) {
  log.timers[name].slowest_s = {100, time_s, time_s};  // the first holds the start-up
  if (fastest_s > 0) log.timers[name].fastest_s = {100, fastest_s, fastest_s};
}

std::string joined(std::vector<std::string> const& sentences) {
  std::string text;
  for (auto const& sentence : sentences) text += sentence + '\n';
  return text;
}

StepTerms round_terms() {
  StepTerms terms;
  terms.compute_s = 6;
  terms.pipeline_bubble_s = 1;
  terms.data_parallel_exposed_s = 2;
  terms.optimizer_s = 1;
  return terms;
}

}  // namespace

TEST_CASE("A log that holds the prediction lies inside its interval, one of half that does not", "[verify]") {
  auto const job = job_of(llama_7b(), 2048, 64);
  auto const plan = plan_of(2, 1, 8);
  double const step_s = estimate_step(job, plan, round_machine(), {}).step_time_s.median;
  auto const equal = verify(steady_log(step_s), job, plan, round_machine(), {});
  CHECK(equal.inside());
  CHECK_THAT(1 + equal.step_error(), WithinRel(1.0, 1e-12));
  auto const half = verify(steady_log(step_s / 2), job, plan, round_machine(), {});
  CHECK_FALSE(half.inside());
  CHECK_THAT(half.step_error(), WithinRel(1.0, 1e-9));
  CHECK_THAT(half.verdict.front(), ContainsSubstring("100 % longer") && ContainsSubstring("outside"));
}

TEST_CASE("Steps faster than the device's arithmetic are of another run, and are refused", "[verify]") {
  auto const job = job_of(llama_7b(), 2048, 64);
  auto const plan = plan_of(2, 1, 8);
  // 200 TFLOP/s at most.
  auto const estimate = estimate_step(job, plan, round_machine(), {});
  double const fastest_s = estimate.step_time_s.median * estimate.model_flops_per_s_per_device / 200e12;
  CHECK_NOTHROW(verify(steady_log(1.001 * fastest_s), job, plan, round_machine(), {}));
  CHECK_THROWS_WITH(verify(steady_log(0.99 * fastest_s), job, plan, round_machine(), {}),
                    ContainsSubstring("more than the 200 TFLOP/s that round-device can do in bf16"));
  for (double const no_time_s : {0.0, -1.0})
    CHECK_THROWS_WITH(verify(steady_log(no_time_s), job, plan, round_machine(), {}), ContainsSubstring("not a time"));
}

TEST_CASE("Timers of Megatron-Core are compared with the terms they hold, nested ones once", "[verify]") {
  TrainingLog log;
  set_timer(log, "forward-backward", 9);  // with the 2 s of gradients
  set_timer(log, "all-grads-sync", 2);
  set_timer(log, "optimizer", 1.5);  // with the gathering
  set_timer(log, "params-all-gather", 0.5);
  auto const parts = compare_terms(log, 12, round_terms());
  REQUIRE(parts.size() == 4);
  CHECK(parts[0].measured_s == 7);
  CHECK(parts[0].predicted_s == 7);
  CHECK(parts[1].measured_s == 2.5);
  CHECK(parts[1].predicted_s == 2);
  CHECK(parts[2].measured_s == 1);
  CHECK(parts[2].predicted_s == 1);
  CHECK(parts[3].measured_s == 1.5);
  CHECK(parts[3].predicted_s == 0);
  double measured_s = 0, predicted_s = 0;
  for (auto const& part : parts) measured_s += part.measured_s, predicted_s += part.predicted_s;
  CHECK(measured_s == 12);
  CHECK(predicted_s == round_terms().total_s());
}

TEST_CASE("Timers of older Megatron and of DeepSpeed have their own parts; unknown ones have none", "[verify]") {
  TrainingLog old;
  set_timer(old, "forward-compute", 2);
  set_timer(old, "backward-compute", 4);
  set_timer(old, "backward-params-all-reduce", 2);
  set_timer(old, "forward-recv", 1);
  set_timer(old, "optimizer", 1);
  auto const parts = compare_terms(old, 10, round_terms());
  REQUIRE(parts.size() == 5);
  CHECK(parts[0].predicted_s == 6);
  CHECK(parts[1].measured_s == 1);
  CHECK(parts[1].predicted_s == 1);

  TrainingLog deepspeed;
  set_timer(deepspeed, "fwd", 2);
  set_timer(deepspeed, "bwd_inner", 5);
  set_timer(deepspeed, "bwd_allreduce", 1);
  set_timer(deepspeed, "step", 2);
  auto const two = compare_terms(deepspeed, 10, round_terms());
  REQUIRE(two.size() == 3);
  CHECK(two[1].measured_s == 3);
  CHECK(two[1].predicted_s == 3);

  TrainingLog unknown;
  set_timer(unknown, "rl/rollout", 1);
  CHECK(compare_terms(unknown, 10, round_terms()).empty());
}

TEST_CASE("Causes are named only when the log shows them", "[verify]") {
  auto const job = job_of(llama_7b(), 2048, 16);
  auto const plan = plan_of(2, 1, 8, 1, 16);
  CHECK(verify(steady_log(1), job, plan, round_machine(), {}).observed.empty());

  auto log = steady_log(1);
  set_timer(log, "forward-backward", 0.7, 0.5);
  set_timer(log, "batch-generator", 0.1);
  log.allocator_retries = 2;
  log.memory_reserved_bytes = 63.0 * (1 << 30);
  for (std::size_t i = 14; i < log.steps.size(); ++i) log.steps[i].step_time_s = 1.2;
  auto const observed = joined(verify(log, job, plan, round_machine(), {}).observed);
  CHECK_THAT(observed, ContainsSubstring("batch-generator takes 100 ms"));
  CHECK_THAT(observed, ContainsSubstring("outside of the timers"));
  CHECK_THAT(observed, ContainsSubstring("500 ms to 700 ms on different ranks"));
  CHECK_THAT(observed, ContainsSubstring("retry 2 times"));
  CHECK_THAT(observed, ContainsSubstring("63.0 GiB of 64.0 GiB"));
  CHECK_THAT(observed, ContainsSubstring("1.00 s in the first third"));
}

TEST_CASE("Retries of the allocator mean full memory only where it is reserved in full", "[verify]") {
  auto const job = job_of(llama_7b(), 2048, 16);
  auto const plan = plan_of(2, 1, 8, 1, 16);
  auto const observed = [&](std::optional<double> reserved_bytes) {
    auto log = steady_log(1);
    log.allocator_retries = 2;
    log.memory_reserved_bytes = reserved_bytes;
    return joined(verify(log, job, plan, round_machine(), {}).observed);
  };
  auto const half = observed(32.0 * (1 << 30));  // of 64
  CHECK_THAT(half, !ContainsSubstring("nearly full"));
  CHECK_THAT(half, ContainsSubstring("32.0 GiB of 64.0 GiB") && ContainsSubstring("fragmentation") &&
                       ContainsSubstring("PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True"));
  auto const full = observed(63.0 * (1 << 30));
  CHECK_THAT(full, ContainsSubstring("nearly full") && !ContainsSubstring("fragmentation"));
  CHECK_THAT(observed(std::nullopt), ContainsSubstring("nearly full, or in pieces"));
}

TEST_CASE("A log of other settings is refused with both values of each", "[verify]") {
  auto const job = job_of(llama_7b(), 2048, 64);
  auto const plan = plan_of(8, 1, 8);
  LogSettings settings;
  CHECK_NOTHROW(check_settings(settings, job, plan, {}));
  settings.tensor_parallel = 8;
  settings.sequence_parallel = false;
  CHECK_NOTHROW(check_settings(settings, job, plan, {}));
  settings.tensor_parallel = 4;
  settings.recompute = Recompute::full;
  settings.layer_count = 48;
  CHECK_THROWS_WITH(check_settings(settings, job, plan, {}),
                    ContainsSubstring("tp is 4 in the log, 8 here") &&
                        ContainsSubstring("recompute is full in the log, none here") &&
                        ContainsSubstring("the number of layers is 48 in the log, 32 here"));
}

TEST_CASE("The cut of experts is compared where there are experts", "[verify]") {
  auto plan = plan_of(8, 1, 8);
  LogSettings settings;
  settings.expert_tensor_parallel = 8;  // as Megatron-Core prints it of any model
  CHECK_NOTHROW(check_settings(settings, job_of(llama_7b(), 2048, 64), plan, {}));
  auto const mixture = job_of(mixture_of_eight(), 2048, 64);
  CHECK_THROWS_WITH(check_settings(settings, mixture, plan, {}), ContainsSubstring("etp is 8 in the log, 1 here"));
  plan.expert_tensor_parallel = 8;
  CHECK_NOTHROW(check_settings(settings, mixture, plan, {}));
}

TEST_CASE("Memory is compared as allocated and as reserved", "[verify]") {
  auto log = steady_log(1);
  log.memory_allocated_bytes = 30e9;
  auto const result = verify(log, job_of(llama_7b(), 2048, 16), plan_of(2, 1, 8, 1, 16), round_machine(), {});
  CHECK(result.memory.measured_allocated_bytes == 30e9);
  CHECK_FALSE(result.memory.measured_reserved_bytes);
  CHECK(result.memory.predicted_reserved_bytes > result.memory.predicted_allocated_bytes);
}
