// SPDX-License-Identifier: Apache-2.0
#pragma once

// A block's rows of dK and dV: of the transposed scores, rows are keys and columns queries.

#include "kernels/device/attention_backward_tile.hpp"

namespace hpcadvise::kernels {

// In the block's memory.
template <class Tile>
struct AttentionKeysPanels {
  typename Tile::RowPanel k;
  typename Tile::RowPanel v;
  typename Tile::ColumnPanel q;
  typename Tile::ColumnPanel d_out;
  detail::QueryNumbers queries[Tile::columns];
};

namespace detail {

template <class Tile, class Warp>
struct KeysSums {
  CFragment<Warp> d_k[Tile::output_fragments];
  CFragment<Warp> d_v[Tile::output_fragments];
};

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void start(KeysSums<Tile, Warp>& sums) {
  HPCADVISE_UNROLL
  for (auto& fragment : sums.d_k) fragment = {};
  HPCADVISE_UNROLL
  for (auto& fragment : sums.d_v) fragment = {};
}

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void add_queries(Warp warp, DeviceAttentionBackward<typename Tile::Input> const& problem,
                                           typename Tile::template Rows<Warp> const& k,
                                           typename Tile::template Rows<Warp> const& v, int first_key, int first_query,
                                           int first_column, AttentionKeysPanels<Tile> const& panels,
                                           KeysSums<Tile, Warp>& sums) {
  if (visible_keys(problem.shape, first_query + Tile::columns - 1) <= first_key) return;
  auto const numbers_of = [&](Place place) { return panels.queries[place.column]; };
  CFragment<Warp> weights[Tile::score_fragments];
  multiply_columns<Tile>(warp, k, panels.q, weights);
  make_weights<Tile>(warp, weights, problem.scale * log2_of_e, numbers_of);
  if (visible_keys(problem.shape, first_query) < first_key + Tile::Instruction::m) {
    at_each_place<Tile::score_fragments>(warp, [&](Place place) {
      if (first_key + place.row >= visible_keys(problem.shape, first_query + place.column))
        at_place(weights, place) = 0;
    });
  }
  add_weighted_columns<Tile>(warp, weights, panels.d_out, first_column, sums.d_v);
  CFragment<Warp> gradients[Tile::score_fragments];
  multiply_columns<Tile>(warp, v, panels.d_out, gradients);
  make_score_gradients<Tile>(warp, weights, gradients, numbers_of);
  add_weighted_columns<Tile>(warp, gradients, panels.q, first_column, sums.d_k);
}

template <class Tile>
HPCADVISE_DEVICE_FUNCTION void copy_queries(DeviceAttentionBackward<typename Tile::Input> const& problem,
                                            int query_head, int first_query, int thread,
                                            AttentionKeysPanels<Tile>& panels) {
  AttentionShape const& shape = problem.shape;
  copy_rows<Tile, Tile::columns>(panels.q.at, query_matrix(shape, problem.q, query_head), first_query, thread);
  copy_rows<Tile, Tile::columns>(panels.d_out.at, query_matrix(shape, problem.d_out, query_head), first_query, thread);
  for (int column = thread; column < Tile::columns; column += Tile::threads) {
    panels.queries[column] = query_numbers(problem, query_head, first_query + column);
  }
}

}  // namespace detail

// Rows from `first_key` on of one of the batch * kv_heads heads, and of them output_size columns from `first_column`
// on, summed over the query heads that share the keys. Block and `panels` as in attention_forward_tile.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void attention_backward_keys_tile(
    Block const& block, DeviceAttentionBackward<typename Tile::Input> const& problem, int kv_head, int first_key,
    int first_column, AttentionKeysPanels<Tile>& panels) {
  using Warp = typename Block::Warp;
  AttentionShape const& shape = problem.shape;
  int const group = queries_per_key_head(shape);
  typename Tile::template Rows<Warp> k[Block::warps_held], v[Block::warps_held];
  detail::KeysSums<Tile, Warp> sums[Block::warps_held];
  for (auto& warp_sums : sums) detail::start(warp_sums);
  detail::take_rows<Tile>(block, key_matrix(shape, problem.k, kv_head), first_key, panels.k, k);
  detail::take_rows<Tile>(block, key_matrix(shape, problem.v, kv_head), first_key, panels.v, v);
  auto const warp_key = [&](int held) { return first_key + block.warp_index(held) * Tile::Instruction::m; };
  int const first_seeing = first_query_of(shape, first_key) / Tile::columns * Tile::columns;
  for (int query_head = kv_head * group; query_head < (kv_head + 1) * group; ++query_head) {
    for (int first_query = first_seeing; first_query < shape.query_length; first_query += Tile::columns) {
      for (int held = 0; held < Block::threads_held; ++held) {
        detail::copy_queries<Tile>(problem, query_head, first_query, block.thread(held), panels);
      }
      block.barrier();
      for (int held = 0; held < Block::warps_held; ++held) {
        detail::add_queries<Tile>(block.warp(), problem, k[held], v[held], warp_key(held), first_query, first_column,
                                  panels, sums[held]);
      }
      block.barrier();
    }
  }
  for (int held = 0; held < Block::warps_held; ++held) {
    detail::store_rows(block.warp(), sums[held].d_k, problem.scale, key_matrix(shape, problem.d_k, kv_head),
                       warp_key(held), first_column);
    detail::store_rows(block.warp(), sums[held].d_v, detail::weight_unit<typename Tile::Input>,
                       key_matrix(shape, problem.d_v, kv_head), warp_key(held), first_column);
  }
}

}  // namespace hpcadvise::kernels
