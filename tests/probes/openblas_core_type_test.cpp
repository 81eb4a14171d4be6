// SPDX-License-Identifier: Apache-2.0
#include "probes/openblas_core_type.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace hpcadvise;
using namespace hpcadvise::probes;

namespace {

using Simd = std::vector<std::string>;

Simd const avx{"sse2", "sse4_2", "avx"};
Simd const avx2{"sse2", "sse4_2", "avx", "fma", "avx2"};
Simd const knights_landing{"sse2", "sse4_2", "avx", "fma", "avx2", "avx512f"};
Simd const avx512{"sse2", "sse4_2", "avx", "fma", "avx2", "avx512f", "avx512vl"};
Simd const arm{"neon", "sve"};

// Empty: nothing is to be set.
std::string to_set(std::string const& core, Simd const& simd, std::string const& cpu_model = "Intel(R) Xeon(R)",
                   std::string const& library = "openblas") {
  profiles::HostSpec host;
  host.cpu_model = cpu_model;
  host.simd = simd;
  return core_type_to_set(host, library, "0.3.21 " + core).value_or("");
}

}  // namespace

TEST_CASE("OpenBLAS's kernels without AVX give way to the widest that the processor can run", "[openblas]") {
  for (auto const* const core : {"Prescott", "Core2", "Nehalem", "Barcelona", "Opteron_SSE3"}) {
    CAPTURE(core);
    CHECK(to_set(core, avx512) == "SkylakeX");
    CHECK(to_set(core, avx2) == "Haswell");
    CHECK(to_set(core, avx2, "AMD EPYC 7763 64-Core Processor") == "Zen");
    CHECK(to_set(core, avx512, "AMD EPYC 9755 128-Core Processor") == "SkylakeX");
  }
}

TEST_CASE("Kernels for AVX-512 want its vectors of 128 and 256 bits too", "[openblas]") {
  CHECK(to_set("Prescott", knights_landing) == "Haswell");
}

TEST_CASE("Where the processor has no AVX2 with FMA, or is unknown, nothing is to be set", "[openblas]") {
  CHECK(to_set("Prescott", avx).empty());
  CHECK(to_set("Nehalem", {"sse2", "avx", "avx2"}).empty());
  CHECK(to_set("Prescott", {}).empty());
}

TEST_CASE("Kernels with AVX or more are what OpenBLAS meant to take", "[openblas]") {
  for (auto const* const core :
       {"SkylakeX", "Cooperlake", "SapphireRapids", "Haswell", "Zen", "Excavator", "Sandybridge"}) {
    CAPTURE(core);
    CHECK(to_set(core, avx512).empty());
  }
}

TEST_CASE("Names that are not known say nothing", "[openblas]") {
  CHECK(to_set("NEOVERSEN1", arm, "Arm Neoverse N1").empty());
  CHECK(to_set("armv8", arm, "").empty());
  CHECK(to_set("", avx512).empty());
  CHECK_FALSE(core_type_to_set({}, "openblas", "").has_value());
}

TEST_CASE("A build for one processor, whose name is in capitals, does not read the variable", "[openblas]") {
  CHECK(to_set("NEHALEM", avx512).empty());
}

TEST_CASE("Another library has no such variable", "[openblas]") {
  CHECK(to_set("Prescott", avx512, "Intel(R) Xeon(R)", "cblas").empty());
}
