// SPDX-License-Identifier: Apache-2.0
#include "tests/gpu/runner_on_device.hpp"

#include "probes/choose_runner.hpp"
#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>

namespace hpcadvise::tests {
namespace {

probes::RunSettings settings_of(std::filesystem::path const& file) {
  probes::RunSettings settings;
  settings.command.arguments = {file.string(), "--plan", "-"};
  return settings;
}

}  // namespace

RunnerOnDevice runner_on_device() {
  auto names = probes::runner_names("cuda", {}, "");
  for (auto& name : probes::runner_names("hip", {}, "")) names.push_back(std::move(name));
  try {
    auto const chosen = probes::choose_runner(names, probes::default_runner_search(), [](auto const& file) {
      return probes::run_plan({}, settings_of(file), {});
    });
    return {chosen.file, chosen.hello};
  } catch (profiles::MachineError const& error) {
    SKIP("no GPU and runner for it: " << error.what());
    throw;  // SKIP does not return, which the compiler cannot see
  }
}

std::vector<std::string> gemm_precisions(RunnerOnDevice const& runner) {
  if (runner.hello.backend == "cuda") return {"fp16", "bf16", "tf32", "fp32", "fp64"};
  if (runner.hello.backend == "hip") return {"fp16", "bf16", "fp32", "fp64"};
  return {"fp32", "fp64"};
}

std::vector<std::string> attention_precisions(RunnerOnDevice const& runner) {
  if (runner.hello.backend == "host") return {"fp32"};
  return {"fp16", "bf16"};
}

probes::SampleRequest request(std::string probe, std::string provider, profiles::Parameters parameters) {
  probes::SampleRequest result;
  result.probe = std::move(probe);
  result.provider = std::move(provider);
  result.parameters = std::move(parameters);
  result.rule.max_total_s = 0.01;
  result.timeout_s = 60;
  return result;
}

std::vector<profiles::Sample> take(RunnerOnDevice const& runner, std::vector<probes::SampleRequest> requests) {
  probes::SamplePlan plan;
  plan.requests = std::move(requests);
  for (std::size_t place = 0; place < plan.requests.size(); ++place) plan.requests[place].id = std::int64_t(place);
  std::vector<profiles::Sample> samples;
  probes::RunListener listener;
  listener.sampled = [&](auto const&, profiles::Sample const& sample) { samples.push_back(sample); };
  probes::run_plan(plan, settings_of(runner.file), listener);
  return samples;
}

}  // namespace hpcadvise::tests
