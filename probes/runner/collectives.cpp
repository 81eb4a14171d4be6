// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/collectives.hpp"

#include "probes/runner/inputs.hpp"

#if HPCADVISE_HAVE_MPI
#include <mpi.h>
#endif

namespace hpcadvise::probes::runner {

double collective_input(int rank, std::int64_t index) {
  return double(float(random_value(std::uint64_t(rank) + 1, std::uint64_t(index))));
}

#if HPCADVISE_HAVE_MPI
namespace {

std::int64_t one_block(int) { return 1; }
std::int64_t block_of_each_rank(int rank_count) { return rank_count; }
int no_addition(int) { return 0; }
int addition_of_each_rank(int rank_count) { return rank_count; }

double share_of_others(int rank_count) { return double(rank_count - 1) / rank_count; }
double share_of_others_twice(int rank_count) { return 2 * share_of_others(rank_count); }
double whole_message(int) { return 1; }

double sum_of_ranks(int rank_count, std::int64_t index) {
  double sum = 0;
  for (int rank = 0; rank < rank_count; ++rank) sum += collective_input(rank, index);
  return sum;
}

void all_reduce(std::int64_t, float const* send, float* receive, int block) {
  MPI_Allreduce(send, receive, block, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
}
double all_reduced(int, int rank_count, std::int64_t, std::int64_t index) { return sum_of_ranks(rank_count, index); }

void all_gather(std::int64_t, float const* send, float* receive, int block) {
  MPI_Allgather(send, block, MPI_FLOAT, receive, block, MPI_FLOAT, MPI_COMM_WORLD);
}
double all_gathered(int, int, std::int64_t block, std::int64_t index) {
  return collective_input(int(index / block), index % block);
}

void reduce_scatter(std::int64_t, float const* send, float* receive, int block) {
  MPI_Reduce_scatter_block(send, receive, block, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
}
double reduce_scattered(int rank, int rank_count, std::int64_t block, std::int64_t index) {
  return sum_of_ranks(rank_count, rank * block + index);
}

void all_to_all(std::int64_t, float const* send, float* receive, int block) {
  MPI_Alltoall(send, block, MPI_FLOAT, receive, block, MPI_FLOAT, MPI_COMM_WORLD);
}
double all_exchanged(int rank, int, std::int64_t block, std::int64_t index) {
  return collective_input(int(index / block), rank * block + index % block);
}

// Between the first rank and the last, a message a call: to the last in even calls, back in odd ones. The others have
// nothing to do.
void point_to_point(std::int64_t call, float const* send, float* receive, int block) {
  int rank = 0;
  int size = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (rank != 0 && rank != size - 1) return;
  int const other = rank == 0 ? size - 1 : 0;
  bool const sends = (rank == 0) == (call % 2 == 0);
  if (sends)
    MPI_Send(send, block, MPI_FLOAT, other, 0, MPI_COMM_WORLD);
  else
    MPI_Recv(receive, block, MPI_FLOAT, other, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}
double sent_by_the_other(int rank, int rank_count, std::int64_t, std::int64_t index) {
  return collective_input(rank == 0 ? rank_count - 1 : 0, index);
}

}  // namespace

std::span<Collective const> all_collectives() {
  static constexpr Collective rows[] = {
      {"all_reduce", share_of_others_twice, one_block, one_block, one_block, addition_of_each_rank, all_reduce,
       all_reduced},
      {"all_gather", share_of_others, block_of_each_rank, one_block, block_of_each_rank, no_addition, all_gather,
       all_gathered},
      {"reduce_scatter", share_of_others, block_of_each_rank, block_of_each_rank, one_block, addition_of_each_rank,
       reduce_scatter, reduce_scattered},
      {"all_to_all", share_of_others, block_of_each_rank, block_of_each_rank, block_of_each_rank, no_addition,
       all_to_all, all_exchanged},
      {"point_to_point", whole_message, one_block, one_block, one_block, no_addition, point_to_point,
       sent_by_the_other},
  };
  return rows;
}

#else

std::span<Collective const> all_collectives() { return {}; }

#endif

Collective const* find_collective(std::string_view name) {
  for (Collective const& collective : all_collectives())
    if (collective.name == name) return &collective;
  return nullptr;
}

}  // namespace hpcadvise::probes::runner
