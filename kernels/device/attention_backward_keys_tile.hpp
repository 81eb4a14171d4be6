// SPDX-License-Identifier: Apache-2.0
#pragma once

// A block's rows of dK and dV: of the transposed scores, rows are keys and columns queries.

#include "kernels/device/attention_backward_tile.hpp"

namespace hpcadvise::kernels {

// Queries, and what is known of them, in the block's memory.
template <class Tile>
struct AttentionQueryColumns {
  typename Tile::ColumnPanel q;
  typename Tile::ColumnPanel d_out;
  float numbers[Tile::columns][2];  // log_sum_exp and delta of each query
};

template <class Tile>
struct AttentionKeysPanels {
  typename Tile::RowPanel k;
  typename Tile::RowPanel v;
  AttentionQueryColumns<Tile> columns[Tile::buffers];
};

namespace detail {

template <class Tile, class Warp>
struct KeysSums {
  CFragment<Warp> d_k[Tile::output_fragments];
  CFragment<Warp> d_v[Tile::output_fragments];
};

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void start(KeysSums<Tile, Warp>& sums) {
  clear(sums.d_k);
  clear(sums.d_v);
}

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void add_queries(Warp warp, DeviceAttentionBackward<typename Tile::Input> const& problem,
                                           typename Tile::template Rows<Warp> const& k,
                                           typename Tile::template Rows<Warp> const& v, int first_key, int first_query,
                                           int first_column, AttentionQueryColumns<Tile> const& columns,
                                           KeysSums<Tile, Warp>& sums) {
  if (visible_keys(problem.shape, first_query + Tile::columns - 1) <= first_key) return;
  auto const numbers_of = [&](Place place) {
    auto const& [log_sum_exp, delta] = columns.numbers[place.column];
    return query_numbers<typename Tile::Input>(log_sum_exp, delta);
  };
  CFragment<Warp> weights[Tile::score_fragments];
  multiply_columns<Tile>(warp, k, columns.q, weights);
  make_weights<Tile>(warp, weights, problem.scale * log2_of_e, numbers_of);
  if (visible_keys(problem.shape, first_query) < first_key + Tile::Instruction::m) {
    at_each_place<Tile::score_fragments>(warp, [&](Place place) {
      if (first_key + place.row >= visible_keys(problem.shape, first_query + place.column))
        at_place(weights, place) = 0;
    });
  }
  add_weighted_columns<Tile>(warp, weights, columns.d_out, first_column, sums.d_v);
  CFragment<Warp> gradients[Tile::score_fragments];
  multiply_columns<Tile>(warp, v, columns.d_out, gradients);
  make_score_gradients<Tile>(warp, weights, gradients, numbers_of);
  add_weighted_columns<Tile>(warp, gradients, columns.q, first_column, sums.d_k);
}

// One thread's number, on its way or here: log_sum_exp or delta of a query. Of one that is not there it is zero, as Q
// and dO are, and so is all that it adds.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void take_number(Block const& block,
                                           DeviceAttentionBackward<typename Tile::Input> const& problem, int query_head,
                                           int first_query, AttentionQueryColumns<Tile>& columns, int thread) {
  static_assert(Tile::threads >= 2 * Tile::columns && (Tile::asynchronous || Tile::at_once));
  if (thread >= 2 * Tile::columns) return;
  std::int64_t const query = first_query + thread / 2;
  bool const valid = query < problem.shape.query_length;
  float const* const from = (thread % 2 == 0 ? problem.log_sum_exp : problem.delta) +
                            (valid ? query_head * problem.shape.query_length + query : 0);
  float& to = columns.numbers[thread / 2][thread % 2];
  if constexpr (Tile::asynchronous)
    block.template begin_copy<4>(thread, &to, from, valid ? 4 : 0);
  else
    to = valid ? *from : 0;
}

// One thread's share of a panel of queries: by copies on their way, else here.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void take_queries(Block const& block,
                                            DeviceAttentionBackward<typename Tile::Input> const& problem,
                                            int query_head, int first_query, AttentionQueryColumns<Tile>& columns,
                                            int thread) {
  auto const q = query_matrix(problem.shape, problem.q, query_head);
  auto const d_out = query_matrix(problem.shape, problem.d_out, query_head);
  bring_rows<Tile, Tile::columns>(block, columns.q.at, q, first_query, thread);
  bring_rows<Tile, Tile::columns>(block, columns.d_out.at, d_out, first_query, thread);
  take_number<Tile>(block, problem, query_head, first_query, columns, thread);
  commit_panels<Tile>(block, thread);
}

}  // namespace detail

// What a block keeps from one panel to the next, of the warps and threads that are held.
template <class Tile, class Block>
struct AttentionKeysRegisters {
  using Warp = typename Block::Warp;
  typename Tile::template Rows<Warp> k[Block::warps_held];
  typename Tile::template Rows<Warp> v[Block::warps_held];
  detail::KeysSums<Tile, Warp> sums[Block::warps_held];
};

// The sums of the rows from `first_key` on, over the queries that see them: those of all heads that share the keys. The
// first panel of each head is waited for.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void attend_to_queries(Block const& block,
                                                 DeviceAttentionBackward<typename Tile::Input> const& problem,
                                                 int kv_head, int first_key, int first_column,
                                                 AttentionKeysPanels<Tile>& panels,
                                                 AttentionKeysRegisters<Tile, Block>& registers) {
  AttentionShape const& shape = problem.shape;
  int const group = queries_per_key_head(shape);
  int const first_seeing = first_query_of(shape, first_key) / Tile::columns * Tile::columns;
  // What is captured by reference lives on until the next barrier.
  auto const take = [=, &block, &problem, &panels](int panel, int head, int first_query) {
    block.each_thread(
        [=, &block, &problem, &columns = panels.columns[Tile::buffer_of(panel)]](int /*held*/, int thread) {
          detail::take_queries<Tile>(block, problem, head, first_query, columns, thread);
        });
  };
  for (auto& warp_sums : registers.sums) detail::start(warp_sums);
  detail::take_rows<Tile>(block, key_matrix(shape, problem.k, kv_head), first_key, panels.k, registers.k);
  detail::take_rows<Tile>(block, key_matrix(shape, problem.v, kv_head), first_key, panels.v, registers.v);
  int panel = 0;
  for (int head = kv_head * group; head < (kv_head + 1) * group; ++head) {
    if constexpr (Tile::asynchronous) take(panel, head, first_seeing);
    for (int first_query = first_seeing; first_query < shape.query_length; first_query += Tile::columns, ++panel) {
      if constexpr (!Tile::asynchronous) take(panel, head, first_query);
      block.each_thread([=, &block](int /*held*/, int thread) { detail::wait_for_panels<Tile>(block, thread); });
      block.barrier();
      int const next_query = first_query + Tile::columns;
      if (Tile::asynchronous && next_query < shape.query_length) take(panel + 1, head, next_query);
      block.each_warp([=, &block, &problem, &registers, &columns = panels.columns[Tile::buffer_of(panel)]](
                          int held, int warp_index) {
        detail::add_queries<Tile>(block.warp(), problem, registers.k[held], registers.v[held],
                                  first_key + warp_index * Tile::Instruction::m, first_query, first_column, columns,
                                  registers.sums[held]);
      });
      if constexpr (Tile::buffers == 1) block.barrier();
    }
  }
}

// Those rows of the gradients, and of them output_size columns from `first_column` on.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void store_attention(Block const& block,
                                               DeviceAttentionBackward<typename Tile::Input> const& problem,
                                               int kv_head, int first_key, int first_column,
                                               AttentionKeysRegisters<Tile, Block> const& registers) {
  auto const d_k = key_matrix(problem.shape, problem.d_k, kv_head);
  auto const d_v = key_matrix(problem.shape, problem.d_v, kv_head);
  for (int held = 0; held < Block::warps_held; ++held) {
    auto const& sums = registers.sums[held];
    int const key = first_key + block.warp_index(held) * Tile::Instruction::m;
    detail::store_rows(block.warp(), sums.d_k, problem.scale, d_k, key, first_column);
    detail::store_rows(block.warp(), sums.d_v, detail::weight_unit<typename Tile::Input>, d_v, key, first_column);
  }
}

// Rows from `first_key` on of one of the batch * kv_heads heads, and of them output_size columns from `first_column`
// on, summed over the query heads that share the keys. Block and `panels` as in attention_forward_tile.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void attention_backward_keys_tile(
    Block const& block, DeviceAttentionBackward<typename Tile::Input> const& problem, int kv_head, int first_key,
    int first_column, AttentionKeysPanels<Tile>& panels) {
  AttentionKeysRegisters<Tile, Block> registers;
  attend_to_queries<Tile>(block, problem, kv_head, first_key, first_column, panels, registers);
  store_attention<Tile>(block, problem, kv_head, first_key, first_column, registers);
}

}  // namespace hpcadvise::kernels
