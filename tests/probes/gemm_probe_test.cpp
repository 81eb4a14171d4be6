// SPDX-License-Identifier: Apache-2.0
#include "probes/gemm_probe.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <set>
#include <utility>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using profiles::Precision;

namespace {

PlanContext gpu(std::vector<Precision> const& in_table, std::vector<std::string> providers) {
  PlanContext context;
  context.gpu.emplace();
  context.gpu->memory_bytes = std::int64_t{80} << 30;
  for (auto const precision : in_table) context.gpu->peak[precision].flops_per_s = 1e15;
  context.providers = std::move(providers);
  return context;
}

// (provider, precision) of all that the probe would like to measure.
std::set<std::pair<std::string, std::string>> wanted(PlanContext const& context) {
  std::set<std::pair<std::string, std::string>> result;
  for (auto const& candidate : gemm_candidates(context))
    result.emplace(candidate.request.provider,
                   profiles::text_parameter(candidate.request.parameters, "precision").value());
  return result;
}

}  // namespace

TEST_CASE("fp8 is multiplied by cuBLASLt alone, where the device has it", "[gemm]") {
  auto const on_sm90 = wanted(gpu({Precision::bf16, Precision::fp8}, {"kokkos", "cublaslt"}));
  CHECK(on_sm90.contains({"cublaslt", "fp8"}));
  CHECK_FALSE(on_sm90.contains({"kokkos", "fp8"}));
  CHECK(on_sm90.contains({"kokkos", "bf16"}));
  CHECK_FALSE(wanted(gpu({Precision::bf16}, {"cublaslt"})).contains({"cublaslt", "fp8"}));
  CHECK_FALSE(wanted(gpu({}, {"cublaslt"})).contains({"cublaslt", "fp8"}));  // nothing is known of the device
}

TEST_CASE("fp8 is asked for as cuBLASLt takes it: B transposed, extents that 16 divides", "[gemm]") {
  int count = 0;
  for (auto const& candidate : gemm_candidates(gpu({Precision::fp8}, {"cublaslt"}))) {
    ++count;
    auto const& parameters = candidate.request.parameters;
    CHECK(profiles::bool_parameter(parameters, "a_transposed") == false);
    CHECK(profiles::bool_parameter(parameters, "b_transposed") == true);
    for (auto const* const extent : {"m", "n", "k"}) CHECK(*profiles::integer_parameter(parameters, extent) % 16 == 0);
  }
  CHECK(count > 0);
}

TEST_CASE("Both of AMD's libraries multiply, hipBLASLt not in fp64", "[gemm]") {
  auto const on_mi250x = wanted(gpu({}, {"kokkos", "hipblaslt", "rocblas"}));
  for (auto const* const precision : {"bf16", "fp16", "fp32"}) {
    CHECK(on_mi250x.contains({"hipblaslt", precision}));
    CHECK(on_mi250x.contains({"rocblas", precision}));
  }
  CHECK(on_mi250x.contains({"rocblas", "fp64"}));
  CHECK_FALSE(on_mi250x.contains({"hipblaslt", "fp64"}));
}

TEST_CASE("Libraries of messages and of attention multiply nothing", "[gemm]") {
  CHECK(gemm_candidates(gpu({}, {"mpi", "nccl", "rccl", "cudnn"})).empty());
}
