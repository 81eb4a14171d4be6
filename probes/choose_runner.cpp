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

// Found and answering; else the reason, and what to do.
struct Answer {
  std::optional<ChosenRunner> runner;
  std::string problem;
  std::string next_step;
};

Answer ask_one(std::string const& name, RunnerSearch const& search,
               std::function<RunOutcome(std::filesystem::path const&)> const& ask) {
  try {
    auto const file = find_runner(name, search);
    RunOutcome outcome = ask(file);
    if (!outcome.lost.empty()) return {{}, fmt::format("{}: {}", file.string(), outcome.lost), outcome.next_step};
    ChosenRunner chosen{.file = file, .hello = {}, .refused = {}, .interrupted = outcome.interrupted};
    if (outcome.hello) chosen.hello = *std::move(outcome.hello);
    return {std::move(chosen), {}, {}};
  } catch (profiles::MachineError const& error) {
    return {{}, error.what(), error.next_step()};
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

ChosenRunner choose_runner(std::vector<std::string> const& names, RunnerSearch const& search,
                           std::function<RunOutcome(std::filesystem::path const&)> const& ask) {
  std::vector<std::string> refused;
  std::string next_step;
  for (auto const& name : names) {
    auto answer = ask_one(name, search, ask);
    if (answer.runner) {
      answer.runner->refused = std::move(refused);
      return *std::move(answer.runner);
    }
    refused.push_back(std::move(answer.problem));
    next_step = std::move(answer.next_step);
    if (!search.override_variable.empty()) break;
  }
  throw profiles::MachineError(fmt::format("{}", fmt::join(refused, "\n")), next_step);
}

}  // namespace hpcadvise::probes
