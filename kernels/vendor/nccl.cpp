// SPDX-License-Identifier: Apache-2.0
// NCCL, and RCCL, which has the same functions under the same names. What is used of them has not changed since NCCL
// 2.7 (2020), so it is declared here: the runner builds where neither is. Where a header is, it is held against it.
#include "kernels/communicator.hpp"
#include "kernels/space.hpp"
#include "kernels/vendor/copy_engine.hpp"
#include "kernels/vendor/shared_library.hpp"

#include <algorithm>
#include <stdexcept>

#if defined(KOKKOS_ENABLE_CUDA) && __has_include(<nccl.h>)
#include <nccl.h>
#define HPCADVISE_HAVE_NCCL_HEADER
#elif defined(KOKKOS_ENABLE_HIP) && __has_include(<rccl/rccl.h>)
#include <rccl/rccl.h>
#define HPCADVISE_HAVE_NCCL_HEADER
#endif

namespace hpcadvise::kernels {
namespace {

using Handle = void*;  // ncclComm_t
using Stream = void*;
constexpr int success = 0;      // ncclSuccess
constexpr int in_progress = 7;  // ncclInProgress
constexpr int fp32 = 7;         // ncclFloat32
constexpr int sum = 0;          // ncclSum
struct UniqueId {
  char bytes[128];
};
static_assert(sizeof(UniqueId) == sizeof(CommunicatorId));

#ifdef HPCADVISE_HAVE_NCCL_HEADER
static_assert(success == ncclSuccess && fp32 == ncclFloat32 && sum == ncclSum);
#if NCCL_VERSION_CODE >= 21400
static_assert(in_progress == ncclInProgress);
#endif
static_assert(sizeof(ncclUniqueId) == sizeof(UniqueId) && alignof(ncclUniqueId) == alignof(UniqueId));
static_assert(sizeof(ncclComm_t) == sizeof(Handle) && sizeof(ncclResult_t) == sizeof(int));
#endif

#if defined(KOKKOS_ENABLE_CUDA)
constexpr char const* library_name = "nccl";
constexpr char const* file_name = "libnccl.so.2";
#elif defined(KOKKOS_ENABLE_HIP)
constexpr char const* library_name = "rccl";
constexpr char const* file_name = "librccl.so.1";
#else
// On a host a library of the same functions may stand in for it: all work is done when a call returns.
constexpr char const* library_name = "nccl";
constexpr char const* file_name = "libnccl.so.2";
#endif

struct Library {
  SharedLibrary file{file_name};
  int (*get_version)(int*) = nullptr;
  int (*get_unique_id)(UniqueId*) = nullptr;
  int (*init_rank)(Handle*, int rank_count, UniqueId, int rank) = nullptr;
  int (*destroy)(Handle) = nullptr;
  int (*async_error)(Handle, int*) = nullptr;
  char const* (*error_text)(int) = nullptr;
  char const* (*last_error)(Handle) = nullptr;  // since 2.13
  int (*group_start)() = nullptr;
  int (*group_end)() = nullptr;
  int (*all_reduce)(void const*, void*, std::size_t, int, int, Handle, Stream) = nullptr;
  int (*all_gather)(void const*, void*, std::size_t, int, Handle, Stream) = nullptr;
  int (*reduce_scatter)(void const*, void*, std::size_t, int, int, Handle, Stream) = nullptr;
  int (*send)(void const*, std::size_t, int, int peer, Handle, Stream) = nullptr;
  int (*receive)(void*, std::size_t, int, int peer, Handle, Stream) = nullptr;

  Library() {
    file.find(get_version, "ncclGetVersion");
    file.find(get_unique_id, "ncclGetUniqueId");
    file.find(init_rank, "ncclCommInitRank");
    file.find(destroy, "ncclCommDestroy");
    file.find(async_error, "ncclCommGetAsyncError");
    file.find(error_text, "ncclGetErrorString");
    file.find_if_there(last_error, "ncclGetLastError");
    file.find(group_start, "ncclGroupStart");
    file.find(group_end, "ncclGroupEnd");
    file.find(all_reduce, "ncclAllReduce");
    file.find(all_gather, "ncclAllGather");
    file.find(reduce_scatter, "ncclReduceScatter");
    file.find(send, "ncclSend");
    file.find(receive, "ncclRecv");
  }
};

// Loaded once: what it found does not change while the program runs.
Library const& library() {
  static Library const loaded;
  return loaded;
}

// "ncclCommInitRank: unhandled system error: Error while creating shared memory segment"
void check_result(int result, char const* call, Handle handle = nullptr) {
  if (result == success) return;
  std::string text = std::string(call) + ": " + library().error_text(result);
  if (library().last_error != nullptr) {
    char const* const last = library().last_error(handle);
    if (last != nullptr && *last != '\0') text += std::string(": ") + last;
  }
  throw std::runtime_error(text);
}

class NcclCommunicator final : public Communicator {
 public:
  NcclCommunicator(UniqueId const& id, int rank, int rank_count) : rank_count_(rank_count) {
    check_result(library().init_rank(&handle_, rank_count, id, rank), "ncclCommInitRank");
  }
  NcclCommunicator(NcclCommunicator const&) = delete;
  NcclCommunicator& operator=(NcclCommunicator const&) = delete;
  ~NcclCommunicator() override { library().destroy(handle_); }

  void all_reduce(float const* send, float* receive, std::int64_t count) override {
    call(library().all_reduce(send, receive, std::size_t(count), fp32, sum, handle_, stream()), "ncclAllReduce");
  }
  void all_gather(float const* send, float* receive, std::int64_t block) override {
    call(library().all_gather(send, receive, std::size_t(block), fp32, handle_, stream()), "ncclAllGather");
  }
  void reduce_scatter(float const* send, float* receive, std::int64_t block) override {
    call(library().reduce_scatter(send, receive, std::size_t(block), fp32, sum, handle_, stream()),
         "ncclReduceScatter");
  }
  // As frameworks do it: torch.distributed's all_to_all_single is such a group too.
  void all_to_all(float const* send, float* receive, std::int64_t block) override {
    call(library().group_start(), "ncclGroupStart");
    for (int peer = 0; peer < rank_count_; ++peer) {
      this->send(send + peer * block, block, peer);
      this->receive(receive + peer * block, block, peer);
    }
    call(library().group_end(), "ncclGroupEnd");
  }
  void send(float const* data, std::int64_t count, int to) override {
    call(library().send(data, std::size_t(count), fp32, to, handle_, stream()), "ncclSend");
  }
  void receive(float* data, std::int64_t count, int from) override {
    call(library().receive(data, std::size_t(count), fp32, from, handle_, stream()), "ncclRecv");
  }
  bool returns_early() const override { return true; }
  void fence() override { kernels::fence(queue_); }
  void check() override {
    int error = success;
    call(library().async_error(handle_, &error), "ncclCommGetAsyncError");
    if (error != in_progress) call(error, "NCCL after a call had returned");
  }

 private:
  Stream stream() const { return queue_.get(); }
  void call(int result, char const* name) const { check_result(result, name, handle_); }

  Queue queue_ = new_queue();
  int rank_count_;
  Handle handle_ = nullptr;
};

// 22809 is 2.28.9; up to 2.8 the minor number had one digit: 2708 is 2.7.8.
std::string version_text(int code) {
  int const major = code < 10000 ? 1000 : 10000;
  return std::to_string(code / major) + "." + std::to_string(code % major / 100) + "." + std::to_string(code % 100);
}

}  // namespace

std::optional<VendorLibrary> collective_library() {
  VendorLibrary result{.name = library_name, .version = "unknown", .problem = library().file.problem()};
  int code = 0;
  if (result.problem.empty() && library().get_version(&code) == success) result.version = version_text(code);
  return result;
}

CommunicatorId new_communicator_id() {
  UniqueId id{};
  check_result(library().get_unique_id(&id), "ncclGetUniqueId");
  return std::to_array(id.bytes);
}

std::unique_ptr<Communicator> make_communicator(CommunicatorId const& id, int rank, int rank_count) {
  UniqueId unique{};
  std::copy(id.begin(), id.end(), unique.bytes);
  return std::make_unique<NcclCommunicator>(unique, rank, rank_count);
}

}  // namespace hpcadvise::kernels
