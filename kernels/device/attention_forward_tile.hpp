// SPDX-License-Identifier: Apache-2.0
#pragma once

// A block's rows of softmax(Q K^T / sqrt(d)) V, keys a panel at a time (Dao 2023, FlashAttention-2, algorithm 1): the
// maximum and the sum of a row's weights are corrected as larger scores come, and the weights never leave registers.

#include "kernels/device/attention_tile.hpp"
#include "kernels/fragment/exponential.hpp"

namespace hpcadvise::kernels {

// In the block's memory.
template <class Tile>
struct AttentionForwardPanels {
  typename Tile::RowPanel q;
  typename Tile::ColumnPanel k;
  typename Tile::ColumnPanel v;
};

namespace detail {

template <class Tile, class Warp>
struct ForwardSums {
  CFragment<Warp> out[Tile::output_fragments];
  RowNumbers<Warp> maximum;  // of the scores, not scaled
  RowNumbers<Warp> sum;      // of the weights of this lane's columns
};

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void start(ForwardSums<Tile, Warp>& sums) {
  HPCADVISE_UNROLL
  for (auto& fragment : sums.out) fragment = {};
  sums.sum = {};
  for (auto& lane : sums.maximum.held) {
    HPCADVISE_UNROLL
    for (float& maximum : lane.element) maximum = -infinity;
  }
}

// Scores become weights, 2^weight_exponent for the largest of the row so far, and the sums are made to agree with them.
template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void update_softmax(Warp warp, CFragment<Warp> (&scores)[Tile::score_fragments],
                                              float log2_scale, ForwardSums<Tile, Warp>& sums) {
  using Instruction = typename Tile::Instruction;
  RowNumbers<Warp> maximum = sums.maximum;
  at_each_place<Tile::score_fragments>(warp, [&](Place place) {
    float& largest = maximum.held[place.held].element[place.run];
    largest = Larger{}(largest, at_place(scores, place));
  });
  reduce_over_lanes(warp, maximum, Larger{});
  RowNumbers<Warp> correction, subtrahend;
  for (int held = 0; held < Warp::lanes_held; ++held) {
    HPCADVISE_UNROLL
    for (int run = 0; run < rows_per_lane<Instruction>; ++run) {
      float const now = maximum.held[held].element[run];
      float const factor = power_of_two(log2_scale * (sums.maximum.held[held].element[run] - now));
      correction.held[held].element[run] = factor;
      sums.sum.held[held].element[run] *= factor;
      subtrahend.held[held].element[run] = now * log2_scale - float(weight_exponent<typename Tile::Input>);
    }
  }
  sums.maximum = maximum;
  at_each_place<Tile::output_fragments>(
      warp, [&](Place place) { at_place(sums.out, place) *= correction.held[place.held].element[place.run]; });
  at_each_place<Tile::score_fragments>(warp, [&](Place place) {
    float& score = at_place(scores, place);
    score = power_of_two(score * log2_scale - subtrahend.held[place.held].element[place.run]);
    sums.sum.held[place.held].element[place.run] += score;
  });
}

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void add_keys(Warp warp, AttentionShape const& shape, float log2_scale,
                                        typename Tile::template Rows<Warp> const& q, int first_query, int first_key,
                                        AttentionForwardPanels<Tile> const& panels, ForwardSums<Tile, Warp>& sums) {
  if (visible_keys(shape, first_query + Tile::Instruction::m - 1) <= first_key) return;
  CFragment<Warp> scores[Tile::score_fragments];
  multiply_columns<Tile>(warp, q, panels.k, scores);
  if (visible_keys(shape, first_query) < first_key + Tile::columns) {
    at_each_place<Tile::score_fragments>(warp, [&](Place place) {
      if (first_key + place.column >= visible_keys(shape, first_query + place.row)) {
        at_place(scores, place) = -infinity;
      }
    });
  }
  update_softmax<Tile>(warp, scores, log2_scale, sums);
  add_weighted_columns<Tile>(warp, scores, panels.v, 0, sums.out);
}

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void store_forward(Warp warp, DeviceAttentionForward<typename Tile::Input> const& problem,
                                             int query_head, int first_query, ForwardSums<Tile, Warp>& sums) {
  using Instruction = typename Tile::Instruction;
  reduce_over_lanes(warp, sums.sum, Plus{});
  at_each_place<Tile::output_fragments>(
      warp, [&](Place place) { at_place(sums.out, place) /= sums.sum.held[place.held].element[place.run]; });
  store_rows(warp, sums.out, 1, query_matrix(problem.shape, problem.out, query_head), first_query, 0);
  for (int held = 0; held < Warp::lanes_held; ++held) {
    HPCADVISE_UNROLL
    for (int run = 0; run < rows_per_lane<Instruction>; ++run) {
      int const query = first_query + row_of<Instruction>(warp.lane(held), run);
      if (query >= problem.shape.query_length) continue;
      float const log2_sum =
          log_of_two(sums.sum.held[held].element[run]) - float(weight_exponent<typename Tile::Input>);
      // Every lane that shares the row writes the same.
      problem.log_sum_exp[query_head * problem.shape.query_length + query] =
          sums.maximum.held[held].element[run] * problem.scale + log2_sum / log2_of_e;
    }
  }
}

}  // namespace detail

// Rows from `first_query` on of one of the batch * query_heads heads, by a block of Tile::threads threads that share
// `panels`. Block is a DeviceBlock or a ModelBlock.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void attention_forward_tile(Block const& block,
                                                      DeviceAttentionForward<typename Tile::Input> const& problem,
                                                      int query_head, int first_query,
                                                      AttentionForwardPanels<Tile>& panels) {
  using Warp = typename Block::Warp;
  static_assert(Tile::output_size == Tile::head_size);
  AttentionShape const& shape = problem.shape;
  auto const warp_query = [&](int held) { return first_query + block.warp_index(held) * Tile::Instruction::m; };
  typename Tile::template Rows<Warp> q[Block::warps_held];
  detail::ForwardSums<Tile, Warp> sums[Block::warps_held];
  for (auto& warp_sums : sums) detail::start(warp_sums);
  detail::take_rows<Tile>(block, query_matrix(shape, problem.q, query_head), first_query, panels.q, q);
  detail::pass_over_keys<Tile>(block, problem, query_head, first_query, panels, [&](int held, int first_key) {
    detail::add_keys<Tile>(block.warp(), shape, problem.scale * log2_of_e, q[held], warp_query(held), first_key, panels,
                           sums[held]);
  });
  for (int held = 0; held < Block::warps_held; ++held) {
    detail::store_forward<Tile>(block.warp(), problem, query_head, warp_query(held), sums[held]);
  }
}

}  // namespace hpcadvise::kernels
