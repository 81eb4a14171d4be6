// SPDX-License-Identifier: Apache-2.0
#include "probes/openblas_core_type.hpp"

#include <algorithm>
#include <array>

namespace hpcadvise::probes {
namespace {

// OpenBLAS's names of its kernels for x86-64 without AVX (corename[] of driver/others/dynamic.c). Where it does not
// know a processor it takes one of these: before 0.3.19 always, before 0.3.25 for Intel's models from 0xb0 on
// (github.com/OpenMathLib/OpenBLAS, pull requests 3485 and 4268); later by the processor's instruction sets.
// Of those with AVX none is in the list: OpenBLAS knew the processor (Haswell for Cannon Lake, Excavator, Zen), or was
// built without newer kernels. Nor is a name in capitals ("NEHALEM"): that library was built for one processor and does
// not read OPENBLAS_CORETYPE.
constexpr std::array<std::string_view, 11> cores_without_avx{"Prescott", "Core2",        "Penryn",   "Dunnington",
                                                             "Nehalem",  "Atom",         "Nano",     "Bobcat",
                                                             "Opteron",  "Opteron_SSE3", "Barcelona"};

bool has(profiles::HostSpec const& host, std::string_view instructions) {
  return std::ranges::find(host.simd, instructions) != host.simd.end();
}

}  // namespace

std::optional<std::string> core_type_to_set(profiles::HostSpec const& host, std::string_view library,
                                            std::string_view version) {
  auto const core = version.substr(version.rfind(' ') + 1);
  if (library != "openblas" || std::ranges::find(cores_without_avx, core) == cores_without_avx.end())
    return std::nullopt;
  // As OpenBLAS itself chooses by instruction sets (support_avx512() and support_avx2() of dynamic.c).
  if (has(host, "avx512vl")) return "SkylakeX";
  if (!has(host, "avx2") || !has(host, "fma")) return std::nullopt;
  return host.cpu_model.starts_with("AMD ") ? "Zen" : "Haswell";
}

}  // namespace hpcadvise::probes
