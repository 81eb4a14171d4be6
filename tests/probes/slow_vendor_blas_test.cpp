// SPDX-License-Identifier: Apache-2.0
#include "probes/slow_vendor_blas.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using profiles::Sample;

namespace {

// Its interval is +-1 %.
Sample gemm(std::string provider, std::int64_t n, double flops_per_s, std::string precision = "fp32") {
  Sample sample;
  sample.probe = "gemm";
  sample.provider = std::move(provider);
  sample.parameters = {{"m", n}, {"n", n}, {"k", n}, {"precision", std::move(precision)}};
  sample.rates["flops_per_s"] = {flops_per_s, 0.99 * flops_per_s, 1.01 * flops_per_s};
  return sample;
}

profiles::MachineProfile prescott(std::vector<Sample> samples) {
  profiles::MachineProfile profile;
  profile.host.simd = {"avx", "fma", "avx2", "avx512f", "avx512vl"};
  profile.provenance.libraries["openblas"] = "0.3.21 Prescott";
  profile.samples = std::move(samples);
  return profile;
}

std::vector<profiles::Finding> found(std::vector<Sample> samples) {
  return slow_vendor_blas(prescott(std::move(samples)));
}

std::vector<Sample> both(std::int64_t n, double ours, double theirs, std::string const& precision = "fp32") {
  return {gemm("kokkos", n, ours, precision), gemm("openblas", n, theirs, precision)};
}

std::vector<Sample> operator+(std::vector<Sample> left, std::vector<Sample> const& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

}  // namespace

TEST_CASE("A library far slower than the portable kernel is named, with both rates and what to set", "[findings]") {
  auto const findings = found(both(1024, 300e9, 100e9) + both(2048, 340e9, 85e9) + both(4096, 350e9, 70e9));
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == "slow_vendor_blas");
  CHECK(findings[0].severity == profiles::Severity::warning);
  CHECK(findings[0].seen ==
        "GEMM by openblas 0.3.21 Prescott is slower than hpcadvise's own: 85.0 GFLOP/s against 340 GFLOP/s at "
        "2048x2048x2048 in fp32");
  CHECK(findings[0].cost == "what multiplies with this library takes 4.0 times as long as it could");
  CHECK_THAT(findings[0].next_step, ContainsSubstring("set OPENBLAS_CORETYPE=SkylakeX") && ContainsSubstring("0.3.25"));
}

TEST_CASE("Half the rate is no finding, nor what the intervals allow", "[findings]") {
  CHECK(found(both(1024, 340e9, 170e9) + both(2048, 340e9, 170e9)).empty());
  auto samples = both(1024, 340e9, 85e9) + both(2048, 340e9, 85e9);
  samples.back().rates["flops_per_s"].high = 169e9;  // against 336.6 at least
  CHECK(found(samples).empty());
  samples.back().rates["flops_per_s"].high = 168e9;
  CHECK(found(samples).size() == 1);
}

TEST_CASE("One shape may have met a busy moment: most of several have to be slow", "[findings]") {
  auto const slow = both(64, 100e9, 10e9);
  CHECK(found(slow).empty());
  CHECK(found(slow + both(512, 100e9, 100e9)).empty());
  auto const findings = found(slow + both(512, 100e9, 100e9) + both(1024, 100e9, 40e9));
  REQUIRE(findings.size() == 1);
  CHECK_THAT(findings[0].seen, ContainsSubstring("40.0 GFLOP/s against 100 GFLOP/s at 1024x1024x1024"));
  CHECK_THAT(findings[0].cost, ContainsSubstring("2.5 times"));
}

TEST_CASE("Each precision is judged by itself, and the slowest is told", "[findings]") {
  auto const fp32 = both(512, 100e9, 20e9) + both(1024, 100e9, 20e9);
  auto const one = found(fp32 + both(512, 50e9, 45e9, "fp64") + both(1024, 50e9, 45e9, "fp64"));
  REQUIRE(one.size() == 1);
  CHECK_THAT(one[0].seen, ContainsSubstring("in fp32") && !ContainsSubstring("fp64"));
  auto const two = found(fp32 + both(512, 50e9, 5e9, "fp64") + both(1024, 50e9, 5e9, "fp64"));
  REQUIRE(two.size() == 1);
  CHECK_THAT(two[0].seen,
             ContainsSubstring("5.00 GFLOP/s against 50.0 GFLOP/s at 1024x1024x1024 in fp64; slow in fp32 too"));
  CHECK_THAT(two[0].cost, ContainsSubstring("10.0 times"));
}

TEST_CASE("Without the same shapes by both there is nothing to compare", "[findings]") {
  std::vector<Sample> const ours{gemm("kokkos", 512, 100e9), gemm("kokkos", 1024, 100e9)};
  CHECK(found({}).empty());
  CHECK(found(ours).empty());
  CHECK(found({gemm("openblas", 512, 1e9), gemm("openblas", 1024, 1e9)}).empty());
  CHECK(found(ours + std::vector{gemm("openblas", 256, 1e9), gemm("openblas", 1024, 1e9, "fp64")}).empty());
  auto lost = ours + std::vector{gemm("openblas", 512, 1e9), gemm("openblas", 1024, 1e9)};
  CHECK(found(lost).size() == 1);
  lost.back().status = profiles::SampleStatus::wrong;
  CHECK(found(lost).empty());
}

TEST_CASE("What all devices of a node did at once is not compared", "[findings]") {
  auto samples = both(512, 100e9, 1e9) + both(1024, 100e9, 1e9);
  for (auto& sample : samples) sample.parameters["concurrent_devices"] = std::int64_t{4};
  CHECK(found(samples).empty());
}

TEST_CASE("A core type that is set is told as the cause", "[findings]") {
  auto profile = prescott(both(512, 100e9, 20e9) + both(1024, 100e9, 20e9));
  profile.provenance.environment["OPENBLAS_CORETYPE"] = "Prescott";
  CHECK(slow_vendor_blas(profile).at(0).next_step == "OPENBLAS_CORETYPE=Prescott is in force: set it to SkylakeX");
}

TEST_CASE("Of libraries that are not OpenBLAS, and of kernels that OpenBLAS meant, it says what can be tried",
          "[findings]") {
  auto profile = prescott(both(512, 100e9, 20e9, "bf16") + both(1024, 100e9, 20e9, "bf16"));
  for (auto& sample : profile.samples)
    if (sample.provider == "openblas") sample.provider = "cublaslt";
  profile.provenance.libraries["cublaslt"] = "12.4.5";
  REQUIRE(slow_vendor_blas(profile).size() == 1);
  CHECK_THAT(slow_vendor_blas(profile)[0].seen, ContainsSubstring("GEMM by cublaslt 12.4.5 is slower"));
  CHECK_THAT(slow_vendor_blas(profile)[0].next_step, !ContainsSubstring("OPENBLAS") && ContainsSubstring("newer"));

  profile = prescott(both(512, 100e9, 20e9) + both(1024, 100e9, 20e9));
  profile.provenance.libraries["openblas"] = "0.3.21 Haswell";
  CHECK_THAT(slow_vendor_blas(profile).at(0).next_step, !ContainsSubstring("OPENBLAS_CORETYPE"));
}
