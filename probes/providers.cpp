// SPDX-License-Identifier: Apache-2.0
#include "probes/providers.hpp"

#include <algorithm>
#include <array>

namespace hpcadvise::probes {

bool is_vendor_blas(std::string_view provider) {
  constexpr std::array<std::string_view, 7> others{"kokkos", "mpi", "mpi_device", "nccl", "rccl", "cudnn", "runtime"};
  return std::find(others.begin(), others.end(), provider) == others.end();
}

bool multiplies(std::string_view provider, profiles::Precision precision) {
  using profiles::Precision;
  if (provider != "kokkos" && !is_vendor_blas(provider)) return false;
  if (precision == Precision::fp8) return provider == "cublaslt";
  return provider != "hipblaslt" || precision != Precision::fp64;
}

}  // namespace hpcadvise::probes
