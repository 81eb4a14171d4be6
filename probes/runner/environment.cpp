// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/environment.hpp"

#include "probes/runner/mpi_session.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace hpcadvise::probes::runner {

void pin_threads(char** arguments) {
  if (std::getenv("OMP_PROC_BIND")) return;
  if (started_by_mpi_launcher()) {
    setenv("OMP_PROC_BIND", "false", 0);
  } else {
    setenv("OMP_PROC_BIND", "spread", 0);
    setenv("OMP_PLACES", "cores", 0);
  }
  execv("/proc/self/exe", arguments);
  // Only a failed execv returns; measuring with threads that move is then what is left.
}

void take_device_of_rank(int local_rank) {
  char const* const list = std::getenv("HPCADVISE_RANK_DEVICES");
  if (list == nullptr) return;
  std::istringstream places(list);
  std::string place;
  for (int rank = 0; rank <= local_rank; ++rank)
    if (!std::getline(places, place, ','))
      throw std::runtime_error("HPCADVISE_RANK_DEVICES=" + std::string(list) + " names no device for rank " +
                               std::to_string(local_rank) + " of this node");
  setenv("KOKKOS_DEVICE_ID", place.c_str(), 1);
}

std::map<std::string, std::string> relevant_environment() {
  // Of threads and host libraries; then what GPUs, their runtimes and their libraries take.
  constexpr std::array<std::string_view, 18> prefixes = {
      "OMP_",   "KOKKOS_", "OPENBLAS_", "BLIS_", "MKL_",  "HPCADVISE_", "CUDA_", "NVIDIA_", "CUBLAS",
      "CUDNN_", "NCCL_",   "RCCL_",     "HIP_",  "ROCR_", "ROCBLAS_",   "HSA_",  "GPU_",    "MPICH_GPU_"};
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
