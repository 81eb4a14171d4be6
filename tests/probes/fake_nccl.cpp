// SPDX-License-Identifier: Apache-2.0

// In place of NCCL: its functions on host memory, by MPI. As NCCL does, it moves nothing of a group before the group's
// end, and knows a communicator by an id that all ranks share. FAKE_NCCL: "fail-init:R" (on rank R), "fail-run",
// "fail-later" (after the call had returned), "wrong" (sums that are off).

#include <mpi.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

extern "C" {

struct FakeId {
  char bytes[128];
};
struct FakeCommunicator {
  MPI_Comm comm = MPI_COMM_NULL;
};

}  // extern "C"

namespace {

constexpr char const* magic = "fake nccl id";
constexpr int success = 0;
constexpr int system_error = 2;
constexpr int invalid_argument = 4;
constexpr int invalid_usage = 5;
constexpr int fp32 = 7;

int group_depth = 0;
std::vector<std::function<int()>> queue;
std::vector<MPI_Request> requests;

bool asked(std::string const& what) {
  char const* const text = std::getenv("FAKE_NCCL");
  return text != nullptr && text == what;
}

int run_queue() {
  int result = success;
  for (auto const& transfer : queue) result = result != success ? result : transfer();
  queue.clear();
  MPI_Waitall(int(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
  requests.clear();
  return result;
}

// At once, or at the end of the group.
int enqueue(std::function<int()> transfer) {
  queue.push_back(std::move(transfer));
  return group_depth > 0 ? success : run_queue();
}

bool sound(std::size_t count, int type, FakeCommunicator const* communicator) {
  return count > 0 && type == fp32 && communicator != nullptr;
}

}  // namespace

extern "C" {

int ncclGetVersion(int* version) {
  *version = 22809;
  return success;
}

int ncclGetUniqueId(FakeId* id) {
  std::memset(id->bytes, 0, sizeof id->bytes);
  std::strcpy(id->bytes, magic);
  return success;
}

int ncclCommInitRank(FakeCommunicator** communicator, int rank_count, FakeId id, int rank) {
  if (asked("fail-init:" + std::to_string(rank))) return system_error;
  int size = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (std::strcmp(id.bytes, magic) != 0 || size != rank_count) return invalid_argument;
  *communicator = new FakeCommunicator{MPI_COMM_WORLD};
  return success;
}

int ncclCommDestroy(FakeCommunicator* communicator) {
  delete communicator;
  return success;
}

int ncclCommGetAsyncError(FakeCommunicator*, int* error) {
  *error = asked("fail-later") ? system_error : success;
  return success;
}

char const* ncclGetErrorString(int result) {
  return result == system_error ? "unhandled system error (run with NCCL_DEBUG=INFO for details)" : "invalid";
}

char const* ncclGetLastError(FakeCommunicator*) { return "Call to ibv_create_qp failed"; }

int ncclGroupStart() {
  ++group_depth;
  return success;
}

int ncclGroupEnd() {
  if (group_depth == 0) return invalid_usage;
  return --group_depth > 0 ? success : run_queue();
}

int ncclAllReduce(void const* send, void* receive, std::size_t count, int type, int op, FakeCommunicator* communicator,
                  void*) {
  if (!sound(count, type, communicator) || op != 0) return invalid_argument;
  if (asked("fail-run")) return system_error;
  MPI_Allreduce(send, receive, int(count), MPI_FLOAT, MPI_SUM, communicator->comm);
  if (asked("wrong")) static_cast<float*>(receive)[0] += 1;
  return success;
}

int ncclAllGather(void const* send, void* receive, std::size_t count, int type, FakeCommunicator* communicator, void*) {
  if (!sound(count, type, communicator)) return invalid_argument;
  MPI_Allgather(send, int(count), MPI_FLOAT, receive, int(count), MPI_FLOAT, communicator->comm);
  return success;
}

int ncclReduceScatter(void const* send, void* receive, std::size_t count, int type, int op,
                      FakeCommunicator* communicator, void*) {
  if (!sound(count, type, communicator) || op != 0) return invalid_argument;
  MPI_Reduce_scatter_block(send, receive, int(count), MPI_FLOAT, MPI_SUM, communicator->comm);
  return success;
}

#ifndef FAKE_NCCL_OLD
int ncclSend(void const* data, std::size_t count, int type, int peer, FakeCommunicator* communicator, void*) {
  if (!sound(count, type, communicator)) return invalid_argument;
  return enqueue([=] {
    requests.emplace_back();
    return MPI_Isend(data, int(count), MPI_FLOAT, peer, 0, communicator->comm, &requests.back());
  });
}

int ncclRecv(void* data, std::size_t count, int type, int peer, FakeCommunicator* communicator, void*) {
  if (!sound(count, type, communicator)) return invalid_argument;
  return enqueue([=] {
    requests.emplace_back();
    return MPI_Irecv(data, int(count), MPI_FLOAT, peer, 0, communicator->comm, &requests.back());
  });
}
#endif

}  // extern "C"
