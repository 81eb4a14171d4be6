// SPDX-License-Identifier: Apache-2.0
#include "probes/providers.hpp"

namespace hpcadvise::probes {

bool moves_messages(std::string_view provider) {
  return provider == "mpi" || provider == "mpi_device" || provider == "nccl" || provider == "rccl";
}

bool is_vendor_blas(std::string_view provider) {
  return provider != "kokkos" && provider != "cudnn" && provider != "runtime" && !moves_messages(provider);
}

bool multiplies(std::string_view provider, profiles::Precision precision) {
  using profiles::Precision;
  if (provider != "kokkos" && !is_vendor_blas(provider)) return false;
  if (precision == Precision::fp8) return provider == "cublaslt";
  return provider != "hipblaslt" || precision != Precision::fp64;
}

}  // namespace hpcadvise::probes
