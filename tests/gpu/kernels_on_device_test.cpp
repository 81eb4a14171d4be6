// SPDX-License-Identifier: Apache-2.0

// Every kernel and library on the device, held against fp64 by the check that stands before each timing.

#include "probes/providers.hpp"
#include "tests/gpu/runner_on_device.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace hpcadvise;
using namespace hpcadvise::tests;
using profiles::Parameters;
using profiles::SampleStatus;

namespace {

void check_all(RunnerOnDevice const& runner, std::vector<probes::SampleRequest> const& requests) {
  auto const samples = take(runner, requests);
  REQUIRE(samples.size() == requests.size());
  for (auto const& sample : samples) {
    INFO(sample_key(sample) << ": " << sample.reason);
    CHECK(sample.status == SampleStatus::ok);
    CHECK(sample.left_out == std::vector<std::string>{});
    if (sample.probe != "launch") CHECK(sample.correctness.has_value());
  }
}

probes::SampleRequest gemm(std::string const& provider, std::string const& precision, std::int64_t m, std::int64_t n,
                           std::int64_t k, bool a_transposed, bool b_transposed) {
  return request("gemm", provider,
                 {{"m", m},
                  {"n", n},
                  {"k", k},
                  {"precision", precision},
                  {"a_transposed", a_transposed},
                  {"b_transposed", b_transposed}});
}

probes::SampleRequest attention(std::string const& provider, std::string const& precision, std::int64_t kv_heads,
                                std::int64_t query_length, std::int64_t key_length, std::int64_t head_size, bool causal,
                                bool backward) {
  return request("attention", provider,
                 {{"batch", std::int64_t{2}},
                  {"query_heads", std::int64_t{4}},
                  {"kv_heads", kv_heads},
                  {"query_length", query_length},
                  {"key_length", key_length},
                  {"head_size", head_size},
                  {"causal", causal},
                  {"direction", std::string(backward ? "backward" : "forward")},
                  {"precision", precision}});
}

}  // namespace

TEST_CASE("GEMM is right on the device, by every provider, in every format, transposed or not", "[device]") {
  auto const runner = runner_on_device();
  std::vector<probes::SampleRequest> requests;
  for (auto const& provider : runner.hello.providers) {
    for (auto const& precision : gemm_precisions(runner)) {
      if (!probes::multiplies(provider, *profiles::precision_from_string(precision))) continue;
      for (bool const a : {false, true})
        for (bool const b : {false, true}) {
          requests.push_back(gemm(provider, precision, 256, 384, 512, a, b));
          requests.push_back(gemm(provider, precision, 520, 248, 264, a, b));
          if (provider == "kokkos") requests.push_back(gemm(provider, precision, 131, 77, 65, a, b));  // not aligned
        }
    }
  }
  check_all(runner, requests);
}

TEST_CASE("GEMM in fp8 is right on the device, A by the transpose of B", "[device]") {
  auto const runner = runner_on_device();
  auto const& gpu = runner.hello.gpu;
  if (!gpu || !gpu->peak.contains(profiles::Precision::fp8)) SKIP("this device has no fp8");
  std::vector<probes::SampleRequest> requests;
  for (auto const& provider : runner.hello.providers)
    if (probes::multiplies(provider, profiles::Precision::fp8))
      for (std::int64_t const size : {16, 256, 1040})
        requests.push_back(gemm(provider, "fp8", size, size + 48, size + 16, false, true));
  check_all(runner, requests);
}

TEST_CASE("GEMM is right on the device at shapes that divide nothing, and at one row", "[device]") {
  auto const runner = runner_on_device();
  std::vector<probes::SampleRequest> requests;
  for (auto const& precision : gemm_precisions(runner))
    for (bool const b : {false, true}) {
      requests.push_back(gemm("kokkos", precision, 131, 257, 67, false, b));
      requests.push_back(gemm("kokkos", precision, 1, 129, 1001, false, b));
      requests.push_back(gemm("kokkos", precision, 1000, 1, 3, false, b));
    }
  check_all(runner, requests);
}

TEST_CASE("Attention is right on the device at every head size, causal and full, with shared key heads", "[device]") {
  auto const runner = runner_on_device();
  std::vector<probes::SampleRequest> requests;
  for (auto const& precision : attention_precisions(runner))
    for (std::int64_t const head_size : {64, 72, 80, 96, 128, 192, 256})
      for (bool const causal : {false, true})
        for (bool const backward : {false, true}) {
          requests.push_back(attention("kokkos", precision, 4, 256, 256, head_size, causal, backward));
          requests.push_back(attention("kokkos", precision, 2, 200, 333, head_size, causal, backward));
          requests.push_back(attention("kokkos", precision, 1, 1, 77, head_size, causal, backward));
        }
  check_all(runner, requests);
}

TEST_CASE("The vendor's attention is right on the device, causal and full, with shared key heads", "[device]") {
  auto const runner = runner_on_device();
  if (std::ranges::find(runner.hello.providers, "cudnn") == runner.hello.providers.end()) SKIP("there is no cuDNN");
  std::vector<probes::SampleRequest> requests;
  for (auto const& precision : attention_precisions(runner))
    for (std::int64_t const head_size : {64, 80, 96, 128})
      for (bool const causal : {false, true})
        for (bool const backward : {false, true}) {
          requests.push_back(attention("cudnn", precision, 4, 256, 256, head_size, causal, backward));
          requests.push_back(attention("cudnn", precision, 2, 256, 384, head_size, causal, backward));
          if (!backward) requests.push_back(attention("cudnn", precision, 2, 200, 333, head_size, causal, backward));
        }
  check_all(runner, requests);
}

TEST_CASE("Memory, copies and launches work on the device", "[device]") {
  auto const runner = runner_on_device();
  std::vector<probes::SampleRequest> requests;
  for (auto const* const kernel : {"read", "write", "copy", "triad", "strided"})
    requests.push_back(request("memory", "kokkos",
                               {{"kernel", std::string(kernel)},
                                {"working_set_bytes", std::int64_t{256} << 20},
                                {"level", std::string("DRAM")}}));
  for (auto const* const kernel : {"read", "write", "copy", "triad"})
    requests.push_back(request(
        "memory", "kokkos",
        {{"kernel", std::string(kernel)}, {"working_set_bytes", std::int64_t{4} << 20}, {"level", std::string("L2")}}));
  for (auto const* const kind : {"chain", "graph"})
    requests.push_back(request("launch", "kokkos", {{"kind", std::string(kind)}, {"count", std::int64_t{10}}}));
  for (auto const* const direction : {"host_to_device", "device_to_host", "both_ways"})
    for (auto const* const memory : {"pinned", "pageable"})
      requests.push_back(request("link", "runtime",
                                 {{"direction", std::string(direction)},
                                  {"memory", std::string(memory)},
                                  {"numa_node", std::int64_t{0}},
                                  {"message_bytes", std::int64_t{1} << 20}}));
  for (auto const* const kind : {"parallel_for", "team"})
    requests.push_back(request("launch", "kokkos", {{"kind", std::string(kind)}}));
  check_all(runner, requests);
}
