// SPDX-License-Identifier: Apache-2.0
#pragma once

// A block's rows of dQ: rows are queries and columns keys.

#include "kernels/device/attention_backward_tile.hpp"

namespace hpcadvise::kernels {

// In the block's memory.
template <class Tile>
struct AttentionQueriesPanels {
  typename Tile::RowPanel q;
  typename Tile::RowPanel d_out;
  typename Tile::ColumnPanel k;
  typename Tile::ColumnPanel v;
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
  HPCADVISE_UNROLL
  for (auto& fragment : sums.d_q) fragment = {};
  for (int held = 0; held < Warp::lanes_held; ++held) {
    HPCADVISE_UNROLL
    for (int run = 0; run < rows_per_lane<Instruction>; ++run) {
      int const query = first_query + row_of<Instruction>(warp.lane(held), run);
      sums.queries.held[held].element[run] = query_numbers(problem, query_head, query);
    }
  }
}

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void add_keys(Warp warp, DeviceAttentionBackward<typename Tile::Input> const& problem,
                                        typename Tile::template Rows<Warp> const& q,
                                        typename Tile::template Rows<Warp> const& d_out, int first_query, int first_key,
                                        AttentionQueriesPanels<Tile> const& panels, QueriesSums<Tile, Warp>& sums) {
  if (visible_keys(problem.shape, first_query + Tile::Instruction::m - 1) <= first_key) return;
  auto const numbers_of = [&](Place place) { return sums.queries.held[place.held].element[place.run]; };
  CFragment<Warp> weights[Tile::score_fragments];
  multiply_columns<Tile>(warp, q, panels.k, weights);
  make_weights<Tile>(warp, weights, problem.scale * log2_of_e, numbers_of);
  if (visible_keys(problem.shape, first_query) < first_key + Tile::columns) {
    at_each_place<Tile::score_fragments>(warp, [&](Place place) {
      if (first_key + place.column >= visible_keys(problem.shape, first_query + place.row))
        at_place(weights, place) = 0;
    });
  }
  CFragment<Warp> gradients[Tile::score_fragments];
  multiply_columns<Tile>(warp, d_out, panels.v, gradients);
  make_score_gradients<Tile>(warp, weights, gradients, numbers_of);
  add_weighted_columns<Tile>(warp, gradients, panels.k, 0, sums.d_q);
}

}  // namespace detail

// Rows from `first_query` on of one of the batch * query_heads heads. Block and `panels` as in attention_forward_tile.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void attention_backward_queries_tile(
    Block const& block, DeviceAttentionBackward<typename Tile::Input> const& problem, int query_head, int first_query,
    AttentionQueriesPanels<Tile>& panels) {
  using Warp = typename Block::Warp;
  static_assert(Tile::output_size == Tile::head_size);
  AttentionShape const& shape = problem.shape;
  auto const warp_query = [&](int held) { return first_query + block.warp_index(held) * Tile::Instruction::m; };
  typename Tile::template Rows<Warp> q[Block::warps_held], d_out[Block::warps_held];
  detail::QueriesSums<Tile, Warp> sums[Block::warps_held];
  for (int held = 0; held < Block::warps_held; ++held) {
    detail::start(block.warp(), problem, query_head, warp_query(held), sums[held]);
  }
  detail::take_rows<Tile>(block, query_matrix(shape, problem.q, query_head), first_query, panels.q, q);
  detail::take_rows<Tile>(block, query_matrix(shape, problem.d_out, query_head), first_query, panels.d_out, d_out);
  detail::pass_over_keys<Tile>(block, problem, query_head, first_query, panels, [&](int held, int first_key) {
    detail::add_keys<Tile>(block.warp(), problem, q[held], d_out[held], warp_query(held), first_key, panels,
                           sums[held]);
  });
  for (int held = 0; held < Block::warps_held; ++held) {
    detail::store_rows(block.warp(), sums[held].d_q, problem.scale, query_matrix(shape, problem.d_q, query_head),
                       warp_query(held), 0);
  }
}

}  // namespace hpcadvise::kernels
