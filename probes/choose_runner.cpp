// SPDX-License-Identifier: Apache-2.0
#include "probes/choose_runner.hpp"

#include "profiles/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

namespace hpcadvise::probes {
namespace {

struct Build {
  std::string_view backend;
  std::string_view architecture;
};

// HPCADVISE_BACKEND in cmake/Options.cmake, without the host's.
constexpr std::array gpu_builds{Build{"cuda", "sm80"}, Build{"cuda", "sm90"}, Build{"hip", "gfx90a"}};

bool may_drive(Build const& build, Accelerator const& device) {
  if (!device.architecture.empty()) return device.architecture == build.architecture;
  return build.backend == (device.name.starts_with("AMD") ? "hip" : "cuda");
}

void add_gpu_runners(std::string_view backend, std::vector<Accelerator> const& devices,
                     std::vector<std::string>& names) {
  for (auto const& build : gpu_builds) {
    if (backend != "auto" && backend != build.backend) continue;
    if (std::ranges::any_of(devices, [&](auto const& device) { return may_drive(build, device); }))
      names.push_back(runner_name(build.backend, build.architecture));
  }
}

// What CUDA, HIP and the loader say, and what to do about it.
struct Advice {
  std::string_view words;
  std::string_view next_step;
};
constexpr std::array advices{
    Advice{"driver version is insufficient",
           "build the runner with a CUDA no newer than the driver's (nvidia-smi shows it), or ask for a newer driver"},
    Advice{"no CUDA-capable device",
           "no GPU is visible: check CUDA_VISIBLE_DEVICES, and ask the scheduler for one (srun --gpus=1)"},
    Advice{"no ROCm-capable device",
           "no GPU is visible: check ROCR_VISIBLE_DEVICES and HIP_VISIBLE_DEVICES, and ask the scheduler for one"},
    Advice{"invalid device ordinal", "check KOKKOS_DEVICE_ID, CUDA_VISIBLE_DEVICES and ROCR_VISIBLE_DEVICES"},
    Advice{"busy or unavailable",
           "another process holds the device, which is in exclusive mode: end that process, or choose another device"},
    Advice{"not permitted", "ask the centre's support for access to the device files (/dev/nvidia*, /dev/kfd)"},
    Advice{"libcuda.so", "this node has no NVIDIA driver, or LD_LIBRARY_PATH hides it"},
    Advice{"libamdhip64", "load the ROCm that the runner was built with (module load rocm)"},
    Advice{"libcudart", "load the CUDA that the runner was built with (module load cuda)"},
};

std::string next_step_for(std::string const& why, std::string const& otherwise) {
  for (auto const& advice : advices)
    if (why.find(advice.words) != std::string::npos) return std::string(advice.next_step);
  return otherwise;
}

// Found and answering, or refused.
struct Answer {
  std::optional<ChosenRunner> runner;
  Refusal refusal;
};

Answer ask_one(std::string const& name, RunnerSearch const& search,
               std::function<RunOutcome(std::filesystem::path const&)> const& ask) {
  try {
    auto const file = find_runner(name, search);
    RunOutcome outcome = ask(file);
    if (!outcome.lost.empty())
      return {{}, {fmt::format("{}: {}", file.string(), outcome.lost), next_step_for(outcome.lost, outcome.next_step)}};
    ChosenRunner chosen{.file = file, .hello = {}, .refused = {}, .interrupted = outcome.interrupted};
    if (outcome.hello) chosen.hello = *std::move(outcome.hello);
    return {std::move(chosen), {}};
  } catch (profiles::MachineError const& error) {
    return {{}, {error.what(), error.next_step()}};
  }
}

}  // namespace

std::span<std::string_view const> backend_names() {
  static constexpr std::array<std::string_view, 4> names{"auto", "host", "cuda", "hip"};
  return names;
}

std::vector<std::string> runner_names(std::string_view backend, std::vector<Accelerator> const& accelerators,
                                      std::string_view host_architecture) {
  std::vector<std::string> names;
  add_gpu_runners(backend, accelerators, names);
  if (backend == "auto" || backend == "host") names.push_back(runner_name("host", host_architecture));
  if (!names.empty()) return names;
  for (auto const& build : gpu_builds)
    if (build.backend == backend) names.push_back(runner_name(build.backend, build.architecture));
  return names;
}

Refusal joined(std::vector<Refusal> const& refusals) {
  Refusal all;
  for (auto const& [why, next_step] : refusals) {
    all.why += (all.why.empty() ? "" : "; ") + why;
    if (all.next_step.find(next_step) == std::string::npos)
      all.next_step += (all.next_step.empty() ? "" : "; ") + next_step;
  }
  return all;
}

ChosenRunner choose_runner(std::vector<std::string> const& names, RunnerSearch const& search,
                           std::function<RunOutcome(std::filesystem::path const&)> const& ask) {
  std::vector<Refusal> refused;
  for (auto const& name : names) {
    auto answer = ask_one(name, search, ask);
    if (answer.runner) {
      answer.runner->refused = std::move(refused);
      return *std::move(answer.runner);
    }
    refused.push_back(std::move(answer.refusal));
    if (!search.override_variable.empty()) break;
  }
  auto const all = joined(refused);
  throw profiles::MachineError(all.why, all.next_step);
}

}  // namespace hpcadvise::probes
