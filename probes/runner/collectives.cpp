// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/collectives.hpp"

#include "probes/runner/inputs.hpp"

namespace hpcadvise::probes::runner {

std::uint64_t collective_seed(int rank) { return std::uint64_t(rank) + 1; }

double collective_input(int rank, std::int64_t index) {
  return double(element_of<float>(random_value(collective_seed(rank), std::uint64_t(index))));
}

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

void all_reduce(kernels::Communicator& communicator, CollectiveCall const& call) {
  communicator.all_reduce(call.send, call.receive, call.block_elements);
}
double all_reduced(int, int rank_count, std::int64_t, std::int64_t index) { return sum_of_ranks(rank_count, index); }

void all_gather(kernels::Communicator& communicator, CollectiveCall const& call) {
  communicator.all_gather(call.send, call.receive, call.block_elements);
}
double all_gathered(int, int, std::int64_t block, std::int64_t index) {
  return collective_input(int(index / block), index % block);
}

void reduce_scatter(kernels::Communicator& communicator, CollectiveCall const& call) {
  communicator.reduce_scatter(call.send, call.receive, call.block_elements);
}
double reduce_scattered(int rank, int rank_count, std::int64_t block, std::int64_t index) {
  return sum_of_ranks(rank_count, rank * block + index);
}

void all_to_all(kernels::Communicator& communicator, CollectiveCall const& call) {
  communicator.all_to_all(call.send, call.receive, call.block_elements);
}
double all_exchanged(int rank, int, std::int64_t block, std::int64_t index) {
  return collective_input(int(index / block), rank * block + index % block);
}

// Between the first rank and the last, a message a call: to the last in even calls, back in odd ones. The others have
// nothing to do.
void point_to_point(kernels::Communicator& communicator, CollectiveCall const& call) {
  int const last = call.rank_count - 1;
  if (call.rank != 0 && call.rank != last) return;
  int const other = call.rank == 0 ? last : 0;
  if ((call.rank == 0) == (call.number % 2 == 0))
    communicator.send(call.send, call.block_elements, other);
  else
    communicator.receive(call.receive, call.block_elements, other);
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

Collective const* find_collective(std::string_view name) {
  for (Collective const& collective : all_collectives())
    if (collective.name == name) return &collective;
  return nullptr;
}

}  // namespace hpcadvise::probes::runner
