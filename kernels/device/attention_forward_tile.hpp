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
  clear(sums.out);
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
HPCADVISE_DEVICE_FUNCTION void hide_keys(Warp warp, AttentionShape const& shape, int first_query, int first_key,
                                         CFragment<Warp> (&scores)[Tile::score_fragments]) {
  if (visible_keys(shape, first_query) >= first_key + Tile::columns) return;
  at_each_place<Tile::score_fragments>(warp, [&](Place place) {
    float& score = at_place(scores, place);
    score = first_key + place.column >= visible_keys(shape, first_query + place.row) ? -infinity : score;
  });
}

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void store_forward(Warp warp, DeviceAttentionForward<typename Tile::Input> const& problem,
                                             int query_head, int first_query, ForwardSums<Tile, Warp>& sums) {
  using Instruction = typename Tile::Instruction;
  reduce_over_lanes(warp, sums.sum, Plus{});
  RowNumbers<Warp> factor;
  for (int held = 0; held < Warp::lanes_held; ++held) {
    HPCADVISE_UNROLL
    for (int run = 0; run < rows_per_lane<Instruction>; ++run)
      factor.held[held].element[run] = 1 / sums.sum.held[held].element[run];
  }
  at_each_place<Tile::output_fragments>(
      warp, [&](Place place) { at_place(sums.out, place) *= factor.held[place.held].element[place.run]; });
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

// What a block keeps from one panel to the next, of the warps and threads that are held.
template <class Tile, class Block>
struct AttentionForwardRegisters {
  using Warp = typename Block::Warp;
  typename Tile::template Rows<Warp> q[Block::warps_held];
  CFragment<Warp> scores[Block::warps_held][Tile::score_fragments];
  detail::ForwardSums<Tile, Warp> sums[Block::warps_held];
  ComingPanel<Tile, Block> coming;
};

// The sums of the rows from `first_query` on, over the keys that they see.
// Values come while their keys are multiplied, the next keys while the values are.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void attend_to_keys(Block const& block,
                                              DeviceAttentionForward<typename Tile::Input> const& problem,
                                              int query_head, int first_query, AttentionForwardPanels<Tile>& panels,
                                              AttentionForwardRegisters<Tile, Block>& registers) {
  AttentionShape const& shape = problem.shape;
  int const kv_head = query_head / queries_per_key_head(shape);
  auto const k = key_matrix(shape, problem.k, kv_head);
  auto const v = key_matrix(shape, problem.v, kv_head);
  int const keys = visible_keys(shape, first_query + Tile::rows - 1);
  // What is captured by reference lives on until the next barrier.
  auto const begin = [=, &block, &registers](auto& panel, auto const& matrix, int first_key) {
    block.each_thread([=, &block, &panel, &registers](int held, int thread) {
      detail::begin_panel<Tile>(block, panel, matrix, first_key, registers.coming, held, thread);
      detail::commit_panels<Tile>(block, thread);
    });
  };
  auto const finish = [=, &block, &registers](auto& panel, auto const& matrix, int first_key) {
    block.each_thread([=, &block, &panel, &registers](int held, int thread) {
      detail::finish_panel<Tile>(panel, matrix, first_key, registers.coming, held, thread);
      detail::wait_for_panels<Tile>(block, thread);
    });
  };
  auto const warp_query = [=](int warp_index) { return first_query + warp_index * Tile::Instruction::m; };
  auto const sees = [=, &shape](int warp_index, int first_key) {
    return visible_keys(shape, warp_query(warp_index + 1) - 1) > first_key;
  };
  for (auto& warp_sums : registers.sums) detail::start(warp_sums);
  detail::take_rows<Tile>(block, query_matrix(shape, problem.q, query_head), first_query, panels.q, registers.q);
  begin(panels.k, k, 0);
  for (int first_key = 0; first_key < keys; first_key += Tile::columns) {
    finish(panels.k, k, first_key);
    block.barrier();
    begin(panels.v, v, first_key);
    block.each_warp([=, &block, &shape, &panels, &registers](int held, int warp_index) {
      auto& scores = registers.scores[held];
      detail::clear(scores);  // by all warps: else registers keep the last ones for those that see nothing
      if (!sees(warp_index, first_key)) return;
      detail::multiply_columns<Tile>(block.warp(), registers.q[held], panels.k, scores);
      detail::hide_keys<Tile>(block.warp(), shape, warp_query(warp_index), first_key, scores);
    });
    finish(panels.v, v, first_key);
    block.barrier();
    int const next_key = first_key + Tile::columns;
    if (next_key < keys) begin(panels.k, k, next_key);
    block.each_warp([=, &block, &problem, &panels, &registers](int held, int warp_index) {
      if (!sees(warp_index, first_key)) return;
      auto& scores = registers.scores[held];
      auto& sums = registers.sums[held];
      detail::update_softmax<Tile>(block.warp(), scores, problem.scale * log2_of_e, sums);
      detail::add_weighted_columns<Tile>(block.warp(), scores, panels.v, 0, sums.out);
    });
  }
}

// Those rows of the result.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void store_attention(Block const& block,
                                               DeviceAttentionForward<typename Tile::Input> const& problem,
                                               int query_head, int first_query,
                                               AttentionForwardRegisters<Tile, Block>& registers) {
  for (int held = 0; held < Block::warps_held; ++held) {
    detail::store_forward<Tile>(block.warp(), problem, query_head,
                                first_query + block.warp_index(held) * Tile::Instruction::m, registers.sums[held]);
  }
}

// Rows from `first_query` on of one of the batch * query_heads heads, by a block of Tile::threads threads that share
// `panels`. Block is a DeviceBlock or a ModelBlock.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void attention_forward_tile(Block const& block,
                                                      DeviceAttentionForward<typename Tile::Input> const& problem,
                                                      int query_head, int first_query,
                                                      AttentionForwardPanels<Tile>& panels) {
  static_assert(Tile::output_size == Tile::head_size);
  AttentionForwardRegisters<Tile, Block> registers;
  attend_to_keys<Tile>(block, problem, query_head, first_query, panels, registers);
  store_attention<Tile>(block, problem, query_head, first_query, registers);
}

}  // namespace hpcadvise::kernels
