// SPDX-License-Identifier: Apache-2.0
#include "cli/profile_text.hpp"

#include "profiles/machine_profile.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise;
using namespace hpcadvise::cli;
using Catch::Matchers::ContainsSubstring;

namespace {

profiles::Sample gemm(double flops_per_s, int device, int concurrent_devices) {
  profiles::Sample sample;
  sample.probe = "gemm";
  sample.provider = "cublaslt";
  sample.parameters = {{"m", std::int64_t{8192}}, {"n", std::int64_t{28672}}, {"k", std::int64_t{4096}},
                       {"precision", "bf16"},     {"a_transposed", false},    {"b_transposed", true}};
  if (concurrent_devices > 1) {
    sample.parameters["device"] = std::int64_t{device};
    sample.parameters["concurrent_devices"] = std::int64_t{concurrent_devices};
  }
  sample.timing.emplace();
  sample.timing->median_s = sample.timing->low_s = sample.timing->high_s = 1e-3;
  sample.timing->count = 21;
  sample.rates["flops_per_s"] = {flops_per_s, flops_per_s, flops_per_s};
  return sample;
}

profiles::MachineProfile node_of_two() {
  profiles::MachineProfile profile;
  profile.host.host_name = "node17";
  profiles::GpuSpec gpu;
  gpu.architecture = "sm90";
  gpu.runtime = "CUDA 12.4 on a driver for 12.6";
  gpu.memory_bytes = std::int64_t{80} << 30;
  profile.devices.assign(2, {.backend = "cuda", .name = "NVIDIA H100 80GB HBM3", .thread_count = 1, .gpu = gpu});
  profile.samples = {gemm(700e12, 0, 1), gemm(750e12, 0, 2), gemm(500e12, 1, 2)};
  return profile;
}

constexpr Terminal plain{.colour = false, .interactive = false, .unicode = false, .width = 80};

}  // namespace

TEST_CASE("A node's GPUs are named, and what they gave at once stands beside each other", "[profile-text]") {
  auto const text = profile_summary_text(node_of_two(), plain, false);
  CHECK_THAT(text, ContainsSubstring("2 x NVIDIA H100 80GB HBM3 (sm90), 80.0 GiB each"));
  CHECK_THAT(text, ContainsSubstring("All GPUs at once\nGPU         gemm\n0    750 TFLOP/s\n1    500 TFLOP/s\n"));
}

TEST_CASE("The best of a probe is of one device by itself", "[profile-text]") {
  auto const table = profile_summary_table(node_of_two(), plain);
  REQUIRE(table.rows.size() == 1);
  CHECK(table.rows[0][2] == "700 TFLOP/s");
  CHECK(table.rows[0].back() == "8192x28672x4096 B^T");
}

TEST_CASE("A sibling that failed says so in its place", "[profile-text]") {
  auto profile = node_of_two();
  profile.samples[2].status = profiles::SampleStatus::crashed;
  profile.samples[2].timing.reset();
  CHECK(siblings_table(profile).rows.at(1) == std::vector<std::string>{"1", "crashed"});
}
