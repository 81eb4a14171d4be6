// SPDX-License-Identifier: Apache-2.0
#pragma once

// A runner that has a GPU to measure, and samples that it is to take.

#include "probes/protocol.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace hpcadvise::tests {

struct RunnerOnDevice {
  std::filesystem::path file;
  probes::HelloEvent hello;
};

// Skips the test with the reasons where there is none. HPCADVISE_RUNNER may name any, a host's too.
RunnerOnDevice runner_on_device();

// Precisions of GEMM on that backend, in any shape and transposed or not.
std::vector<std::string> gemm_precisions(RunnerOnDevice const& runner);
// Of attention.
std::vector<std::string> attention_precisions(RunnerOnDevice const& runner);

// Checked, and timed as shortly as a sample can be.
std::vector<profiles::Sample> take(RunnerOnDevice const& runner, std::vector<probes::SampleRequest> requests);
probes::SampleRequest request(std::string probe, std::string provider, profiles::Parameters parameters);

}  // namespace hpcadvise::tests
