// SPDX-License-Identifier: Apache-2.0
#pragma once

// A block's rows of dQ: rows are queries and columns keys.

#include "kernels/device/attention_backward_tile.hpp"

namespace hpcadvise::kernels {

// Keys and values in the block's memory.
template <class Tile>
struct AttentionKeyColumns {
  typename Tile::ColumnPanel k;
  typename Tile::ColumnPanel v;
};

template <class Tile>
struct AttentionQueriesPanels {
  typename Tile::RowPanel q;
  typename Tile::RowPanel d_out;
  AttentionKeyColumns<Tile> columns[Tile::buffers];
};

namespace detail {

template <class Tile, class Warp>
struct QueriesSums {
  CFragment<Warp> d_q[Tile::output_fragments];
  Fragment<Warp, Registers<QueryNumbers, rows_per_lane<typename Tile::Instruction>>> queries;
};

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void start(Warp warp, DeviceAttentionBackward<typename Tile::Input> const& problem,
                                     int query_head, int first_query, QueriesSums<Tile, Warp>& sums) {
  using Instruction = typename Tile::Instruction;
  clear(sums.d_q);
  for (int held = 0; held < Warp::lanes_held; ++held) {
    HPCADVISE_UNROLL
    for (int run = 0; run < rows_per_lane<Instruction>; ++run) {
      int const query = first_query + row_of<Instruction>(warp.lane(held), run);
      std::int64_t const at = query_head * problem.shape.query_length + query;
      bool const valid = query < problem.shape.query_length;
      sums.queries.held[held].element[run] =
          query_numbers<typename Tile::Input>(valid ? problem.log_sum_exp[at] : 0, valid ? problem.delta[at] : 0);
    }
  }
}

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void add_keys(Warp warp, DeviceAttentionBackward<typename Tile::Input> const& problem,
                                        typename Tile::template Rows<Warp> const& q,
                                        typename Tile::template Rows<Warp> const& d_out, int first_query, int first_key,
                                        AttentionKeyColumns<Tile> const& columns, QueriesSums<Tile, Warp>& sums) {
  if (visible_keys(problem.shape, first_query + Tile::Instruction::m - 1) <= first_key) return;
  auto const numbers_of = [&](Place place) { return sums.queries.held[place.held].element[place.run]; };
  CFragment<Warp> weights[Tile::score_fragments];
  multiply_columns<Tile>(warp, q, columns.k, weights);
  make_weights<Tile>(warp, weights, problem.scale * log2_of_e, numbers_of);
  if (visible_keys(problem.shape, first_query) < first_key + Tile::columns) {
    at_each_place<Tile::score_fragments>(warp, [&](Place place) {
      if (first_key + place.column >= visible_keys(problem.shape, first_query + place.row))
        at_place(weights, place) = 0;
    });
  }
  CFragment<Warp> gradients[Tile::score_fragments];
  multiply_columns<Tile>(warp, d_out, columns.v, gradients);
  make_score_gradients<Tile>(warp, weights, gradients, numbers_of);
  add_weighted_columns<Tile>(warp, gradients, columns.k, 0, sums.d_q);
}

}  // namespace detail

// What a block keeps from one panel to the next, of the warps and threads that are held.
template <class Tile, class Block>
struct AttentionQueriesRegisters {
  using Warp = typename Block::Warp;
  typename Tile::template Rows<Warp> q[Block::warps_held];
  typename Tile::template Rows<Warp> d_out[Block::warps_held];
  detail::QueriesSums<Tile, Warp> sums[Block::warps_held];
  ComingPanel<Tile, Block> k;
  ComingPanel<Tile, Block> v;
};

// The sums of the rows from `first_query` on, over the keys that they see.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void attend_to_keys(Block const& block,
                                              DeviceAttentionBackward<typename Tile::Input> const& problem,
                                              int query_head, int first_query, AttentionQueriesPanels<Tile>& panels,
                                              AttentionQueriesRegisters<Tile, Block>& registers) {
  AttentionShape const& shape = problem.shape;
  int const kv_head = query_head / queries_per_key_head(shape);
  auto const k = key_matrix(shape, problem.k, kv_head);
  auto const v = key_matrix(shape, problem.v, kv_head);
  int const keys = visible_keys(shape, first_query + Tile::rows - 1);
  auto const warp_query = [=](int warp_index) { return first_query + warp_index * Tile::Instruction::m; };
  // What is captured by reference lives on until the next barrier.
  auto const begin = [=, &block, &registers](auto& columns, int first_key) {
    block.each_thread([=, &block, &columns, &registers](int held, int thread) {
      detail::begin_panel<Tile>(block, columns.k, k, first_key, registers.k, held, thread);
      detail::begin_panel<Tile>(block, columns.v, v, first_key, registers.v, held, thread);
      detail::commit_panels<Tile>(block, thread);
    });
  };
  auto const finish = [=, &block, &registers](auto& columns, int first_key) {
    block.each_thread([=, &block, &columns, &registers](int held, int thread) {
      detail::finish_panel<Tile>(columns.k, k, first_key, registers.k, held, thread);
      detail::finish_panel<Tile>(columns.v, v, first_key, registers.v, held, thread);
      detail::wait_for_panels<Tile>(block, thread);
    });
  };
  block.each_warp([=, &block, &problem, &registers](int held, int warp_index) {
    detail::start(block.warp(), problem, query_head, warp_query(warp_index), registers.sums[held]);
  });
  detail::take_rows<Tile>(block, query_matrix(shape, problem.q, query_head), first_query, panels.q, registers.q);
  detail::take_rows<Tile>(block, query_matrix(shape, problem.d_out, query_head), first_query, panels.d_out,
                          registers.d_out);
  begin(panels.columns[0], 0);
  for (int panel = 0; panel * Tile::columns < keys; ++panel) {
    auto& columns = panels.columns[Tile::buffer_of(panel)];
    int const first_key = panel * Tile::columns;
    finish(columns, first_key);
    block.barrier();
    int const next_key = first_key + Tile::columns;
    if (next_key < keys) begin(panels.columns[Tile::buffer_of(panel + 1)], next_key);
    block.each_warp([=, &block, &problem, &columns, &registers](int held, int warp_index) {
      detail::add_keys<Tile>(block.warp(), problem, registers.q[held], registers.d_out[held], warp_query(warp_index),
                             first_key, columns, registers.sums[held]);
    });
    if constexpr (Tile::buffers == 1) block.barrier();
  }
}

// Those rows of the gradient.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void store_attention(Block const& block,
                                               DeviceAttentionBackward<typename Tile::Input> const& problem,
                                               int query_head, int first_query,
                                               AttentionQueriesRegisters<Tile, Block> const& registers) {
  auto const d_q = query_matrix(problem.shape, problem.d_q, query_head);
  for (int held = 0; held < Block::warps_held; ++held) {
    int const query = first_query + block.warp_index(held) * Tile::Instruction::m;
    detail::store_rows(block.warp(), registers.sums[held].d_q, problem.scale, d_q, query, 0);
  }
}

// Rows from `first_query` on of one of the batch * query_heads heads. Block and `panels` as in attention_forward_tile.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void attention_backward_queries_tile(
    Block const& block, DeviceAttentionBackward<typename Tile::Input> const& problem, int query_head, int first_query,
    AttentionQueriesPanels<Tile>& panels) {
  static_assert(Tile::output_size == Tile::head_size);
  AttentionQueriesRegisters<Tile, Block> registers;
  attend_to_keys<Tile>(block, problem, query_head, first_query, panels, registers);
  store_attention<Tile>(block, problem, query_head, first_query, registers);
}

}  // namespace hpcadvise::kernels
