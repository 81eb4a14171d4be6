// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/mpi_communicator.hpp"

#include "probes/runner/mpi_session.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#if HPCADVISE_HAVE_MPI
#include <mpi.h>
#if __has_include(<mpi-ext.h>)
#include <mpi-ext.h>
#endif
#endif

namespace hpcadvise::probes::runner {
namespace {

#if HPCADVISE_HAVE_MPI

class MpiCommunicator final : public kernels::Communicator {
 public:
  void all_reduce(float const* send, float* receive, std::int64_t count) override {
    MPI_Allreduce(send, receive, int(count), MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
  }
  void all_gather(float const* send, float* receive, std::int64_t block) override {
    MPI_Allgather(send, int(block), MPI_FLOAT, receive, int(block), MPI_FLOAT, MPI_COMM_WORLD);
  }
  void reduce_scatter(float const* send, float* receive, std::int64_t block) override {
    MPI_Reduce_scatter_block(send, receive, int(block), MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
  }
  void all_to_all(float const* send, float* receive, std::int64_t block) override {
    MPI_Alltoall(send, int(block), MPI_FLOAT, receive, int(block), MPI_FLOAT, MPI_COMM_WORLD);
  }
  void send(float const* data, std::int64_t count, int to) override {
    MPI_Send(data, int(count), MPI_FLOAT, to, 0, MPI_COMM_WORLD);
  }
  void receive(float* data, std::int64_t count, int from) override {
    MPI_Recv(data, int(count), MPI_FLOAT, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  }
};

// What it was built for is known before MPI_Init; whether it found a device to serve, Open MPI 5 says after it.
[[maybe_unused]] bool confirmed(int (*query)()) {
  int initialized = 0;
  MPI_Initialized(&initialized);
  return initialized == 0 || query() == 1;
}

bool open_mpi_serves([[maybe_unused]] std::string_view backend) {
#if defined(MPIX_CUDA_AWARE_SUPPORT) && MPIX_CUDA_AWARE_SUPPORT
  if (backend == "cuda") return confirmed(MPIX_Query_cuda_support);
#endif
#if defined(MPIX_ROCM_AWARE_SUPPORT) && MPIX_ROCM_AWARE_SUPPORT
  if (backend == "hip") return confirmed(MPIX_Query_rocm_support);
#endif
  return false;
}

#else

bool open_mpi_serves(std::string_view) { return false; }

#endif

bool is_cray_mpich(std::string library) {
  std::ranges::transform(library, library.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return library.find("cray mpich") != library.npos;
}

}  // namespace

std::unique_ptr<kernels::Communicator> mpi_communicator() {
#if HPCADVISE_HAVE_MPI
  return std::make_unique<MpiCommunicator>();
#else
  return nullptr;
#endif
}

DeviceAwareness device_awareness(std::string_view backend) {
  char const* const wanted = std::getenv("MPICH_GPU_SUPPORT_ENABLED");
  return {.library = mpi_library(),
          .built_for_device = open_mpi_serves(backend),
          .gpu_support_wanted = wanted != nullptr ? wanted : ""};
}

std::string device_mpi_problem(DeviceAwareness const& mpi) {
  if (mpi.library.empty()) return "this runner was built without MPI";
  if (is_cray_mpich(mpi.library))
    return mpi.gpu_support_wanted == "1" ? "" : "Cray MPICH takes buffers of devices with MPICH_GPU_SUPPORT_ENABLED=1";
  return mpi.built_for_device ? "" : mpi.library + " does not say that it takes buffers of devices";
}

}  // namespace hpcadvise::probes::runner
