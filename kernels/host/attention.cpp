// SPDX-License-Identifier: Apache-2.0
#include "kernels/attention.hpp"

#include "kernels/host/attention_tile.hpp"

#include <algorithm>
#include <cstdint>

namespace hpcadvise::kernels {
namespace {

using Scratch = Kokkos::View<float*, Space::scratch_memory_space, Kokkos::MemoryUnmanaged>;
// Tasks take unequal times under a causal mask; each writes what no other does, so the order does not matter.
using Policy = Kokkos::TeamPolicy<Space, Kokkos::Schedule<Kokkos::Dynamic>>;
using Member = Policy::member_type;

constexpr std::size_t alignment_bytes = 64;
constexpr std::size_t alignment_floats = alignment_bytes / sizeof(float);

Policy one_thread_each(Space const& space, std::int64_t task_count, std::size_t scratch_floats) {
  Policy policy(space, static_cast<int>(task_count), 1);
  policy.set_scratch_size(1, Kokkos::PerTeam(static_cast<int>(Scratch::shmem_size(scratch_floats + alignment_floats))));
  return policy;
}

float* aligned_scratch(Member const& member, std::size_t floats) {
  Scratch const scratch(member.team_scratch(1), floats + alignment_floats);
  auto const past = reinterpret_cast<std::uintptr_t>(scratch.data()) % alignment_bytes;
  return scratch.data() + (alignment_bytes - past) % alignment_bytes / sizeof(float);
}

constexpr std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }
constexpr std::int64_t ceil_div(std::int64_t n, std::int64_t divisor) { return (n + divisor - 1) / divisor; }

constexpr std::int64_t tile_rows = query_tile;

std::int64_t visible_to(AttentionShape shape, std::int64_t query) {
  return shape.causal ? shape.key_length - shape.query_length + query + 1 : shape.key_length;
}

VisibleKeys visible_from(AttentionShape shape, std::int64_t query) {
  return {size(visible_to(shape, query)), shape.causal ? 1U : 0U};
}

// Backward cuts the keys so that there are tasks for many threads, but each chunk packs Q anew and, but for the first,
// holds a dQ of its own: none below 512 keys, at most 8. By the shape alone, so that the sums, and with them the
// result's last bits, do not depend on the number of threads.
std::int64_t backward_chunk_keys(AttentionShape shape) {
  std::int64_t const for_many_threads = ceil_div(256, shape.batch * shape.kv_heads);
  std::int64_t const chunks = std::min({for_many_threads, ceil_div(shape.key_length, 512), std::int64_t{8}});
  std::int64_t const key_tiles = ceil_div(ceil_div(shape.key_length, chunks), backward_key_tile);
  return key_tiles * static_cast<std::int64_t>(backward_key_tile);
}

}  // namespace

std::vector<std::string> attention_tile_names(std::int64_t) { return {}; }

void attention_forward(Space const& space, AttentionShape shape, Heads<float const> q, Heads<float const> k,
                       Heads<float const> v, Heads<float> out, RowStatistic<float> log_sum_exp) {
  std::int64_t const tiles = ceil_div(shape.query_length, tile_rows);
  std::int64_t const group = shape.query_heads / shape.kv_heads;
  std::size_t const scratch_floats = attention_forward_scratch_floats(size(shape.head_size));
  Kokkos::parallel_for("hpcadvise::attention_forward",
                       one_thread_each(space, shape.batch * shape.query_heads * tiles, scratch_floats),
                       [=](Member const& member) {
                         std::int64_t const task = member.league_rank();
                         // The last tile sees most keys when causal: it goes first, so that none is left over at the
                         // end.
                         std::int64_t const begin = (tiles - 1 - task % tiles) * tile_rows;
                         std::int64_t const head = task / tiles % shape.query_heads;
                         std::int64_t const batch = task / tiles / shape.query_heads;
                         attention_forward_tile({.head_size = size(shape.head_size),
                                                 .query_count = size(std::min(tile_rows, shape.query_length - begin)),
                                                 .visible = visible_from(shape, begin),
                                                 .q = &q(batch, head, begin, 0),
                                                 .k = &k(batch, head / group, 0, 0),
                                                 .v = &v(batch, head / group, 0, 0),
                                                 .out = &out(batch, head, begin, 0),
                                                 .log_sum_exp = &log_sum_exp(batch, head, begin)},
                                                aligned_scratch(member, scratch_floats));
                       });
}

void attention_backward(Space const& space, AttentionShape shape, Heads<float const> q, Heads<float const> k,
                        Heads<float const> v, Heads<float const> out, RowStatistic<float const> log_sum_exp,
                        Heads<float const> d_out, Heads<float> d_q, Heads<float> d_k, Heads<float> d_v) {
  std::int64_t const group = shape.query_heads / shape.kv_heads;
  std::int64_t const chunk_keys = backward_chunk_keys(shape);
  std::int64_t const chunks = ceil_div(shape.key_length, chunk_keys);
  std::int64_t const kv_heads = shape.batch * shape.kv_heads;
  std::size_t const scratch_floats = attention_backward_scratch_floats(size(shape.head_size));
  // (chunk - 1, batch, head, query, head_size): the first chunk's share goes to d_q itself.
  Kokkos::View<float*****, Kokkos::LayoutRight, Kokkos::HostSpace> const shares(
      Kokkos::view_alloc(space, Kokkos::WithoutInitializing, "hpcadvise::attention_backward d_q shares"),
      size(chunks - 1), size(shape.batch), size(shape.query_heads), size(shape.query_length), size(shape.head_size));

  // One task a key chunk and K/V head: it alone adds to those rows of d_k and d_v.
  Kokkos::parallel_for("hpcadvise::attention_backward", one_thread_each(space, kv_heads * chunks, scratch_floats),
                       [=](Member const& member) {
                         std::int64_t const task = member.league_rank();
                         std::int64_t const chunk = task / kv_heads;  // the first, which most queries see, go first
                         std::int64_t const kv_head = task % kv_heads % shape.kv_heads;
                         std::int64_t const batch = task % kv_heads / shape.kv_heads;
                         std::int64_t const key_begin = chunk * chunk_keys;
                         std::int64_t const key_end = std::min(shape.key_length, key_begin + chunk_keys);
                         std::int64_t const elements = (key_end - key_begin) * shape.head_size;
                         std::fill_n(&d_k(batch, kv_head, key_begin, 0), elements, 0.0F);
                         std::fill_n(&d_v(batch, kv_head, key_begin, 0), elements, 0.0F);
                         float* const scratch = aligned_scratch(member, scratch_floats);

                         for (std::int64_t head = kv_head * group; head < (kv_head + 1) * group; ++head)
                           for (std::int64_t begin = 0; begin < shape.query_length; begin += tile_rows) {
                             std::int64_t const rows = std::min(tile_rows, shape.query_length - begin);
                             if (visible_to(shape, begin + rows - 1) <= key_begin) continue;
                             attention_backward_tile({.head_size = size(shape.head_size),
                                                      .query_count = size(rows),
                                                      .visible = visible_from(shape, begin),
                                                      .key_begin = size(key_begin),
                                                      .key_end = size(key_end),
                                                      .q = &q(batch, head, begin, 0),
                                                      .k = &k(batch, kv_head, 0, 0),
                                                      .v = &v(batch, kv_head, 0, 0),
                                                      .out = &out(batch, head, begin, 0),
                                                      .log_sum_exp = &log_sum_exp(batch, head, begin),
                                                      .d_out = &d_out(batch, head, begin, 0),
                                                      .d_q = chunk == 0 ? &d_q(batch, head, begin, 0)
                                                                        : &shares(chunk - 1, batch, head, begin, 0),
                                                      .d_k = &d_k(batch, kv_head, 0, 0),
                                                      .d_v = &d_v(batch, kv_head, 0, 0)},
                                                     scratch);
                           }
                       });
  if (chunks == 1) return;

  std::int64_t const rows = shape.batch * shape.query_heads * shape.query_length;
  Kokkos::parallel_for(
      "hpcadvise::attention_backward_sum", Kokkos::RangePolicy<Space, Kokkos::IndexType<std::int64_t>>(space, 0, rows),
      [=](std::int64_t row) {
        std::int64_t const query = row % shape.query_length;
        std::int64_t const head = row / shape.query_length % shape.query_heads;
        std::int64_t const batch = row / shape.query_length / shape.query_heads;
        float* const sum = &d_q(batch, head, query, 0);
        for (std::int64_t chunk = 1; chunk < chunks && chunk * chunk_keys < visible_to(shape, query); ++chunk) {
          float const* const share = &shares(chunk - 1, batch, head, query, 0);
          for (std::int64_t j = 0; j < shape.head_size; ++j) sum[j] += share[j];
        }
      });
}

}  // namespace hpcadvise::kernels
