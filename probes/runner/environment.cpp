// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

namespace hpcadvise::probes::runner {

void pin_threads(char** arguments, bool is_rank) {
  if (std::getenv("OMP_PROC_BIND")) return;
  if (is_rank) {
    setenv("OMP_PROC_BIND", "false", 0);
  } else {
    setenv("OMP_PROC_BIND", "spread", 0);
    setenv("OMP_PLACES", "cores", 0);
  }
  execv("/proc/self/exe", arguments);
  // Only a failed execv returns; measuring with threads that move is then what is left.
}

std::map<std::string, std::string> relevant_environment() {
  // Of threads and host libraries; what GPUs, their runtimes and their libraries take; by which way, and by which
  // network device, messages go.
  constexpr std::array<std::string_view, 22> prefixes = {
      "OMP_",   "KOKKOS_", "OPENBLAS_", "BLIS_",  "MKL_", "HPCADVISE_", "CUDA_", "NVIDIA_",
      "CUBLAS", "CUDNN_",  "NCCL_",     "RCCL_",  "HIP_", "ROCR_",      "HSA_",  "ROCBLAS_",
      "GPU_",   "MPICH_",  "OMPI_MCA_", "I_MPI_", "UCX_", "FI_"};
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string_view const text(*entry);
    auto const equals = text.find('=');
    auto const matches = [&](std::string_view prefix) { return text.starts_with(prefix); };
    if (equals != text.npos && std::ranges::any_of(prefixes, matches))
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace hpcadvise::probes::runner
