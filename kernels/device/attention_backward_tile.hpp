// SPDX-License-Identifier: Apache-2.0
#pragma once

// Attention's gradients, without atomic operations and so with the same bits in every run. With P = softmax(S),
// S = Q K^T / sqrt(d) and delta = rowsum(dO * O): dV = P^T dO, dP = dO V^T, dS = P * (dP - delta),
// dQ = dS K / sqrt(d), dK = dS^T Q / sqrt(d) (Dao et al. 2022, FlashAttention, appendix B.2). Three kernels: delta,
// here; dK and dV, a block's keys against the queries that see them; dQ, a block's queries against the keys that they
// see. The last two both make P of S and log_sum_exp: seven products, where one kernel with atomic additions to dQ has
// five.

#include "kernels/device/attention_tile.hpp"
#include "kernels/fragment/exponential.hpp"

namespace hpcadvise::kernels {

namespace detail {

// What is known of a query before its scores are.
struct QueryNumbers {
  float subtrahend;  // weight = 2^(score * scale * log2(e) - subtrahend)
  float delta;
};

template <class Input>
HPCADVISE_DEVICE_FUNCTION QueryNumbers query_numbers(float log_sum_exp, float delta) {
  return {.subtrahend = log_sum_exp * log2_of_e - float(weight_exponent<Input>), .delta = delta};
}

// Undoes weight_exponent.
template <class Input>
inline constexpr float weight_unit = 1.0F / float(1 << weight_exponent<Input>);

// Scores become weights; numbers_of(place) are those of the query there.
template <class Tile, class Warp, class NumbersOf>
HPCADVISE_DEVICE_FUNCTION void make_weights(Warp warp, CFragment<Warp> (&scores)[Tile::score_fragments],
                                            float log2_scale, NumbersOf numbers_of) {
  at_each_place<Tile::score_fragments>(warp, [&](Place place) {
    float& score = at_place(scores, place);
    score = power_of_two(score * log2_scale - numbers_of(place).subtrahend);
  });
}

// The gradients of the weights become those of the scaled scores.
template <class Tile, class Warp, class NumbersOf>
HPCADVISE_DEVICE_FUNCTION void make_score_gradients(Warp warp, CFragment<Warp> (&weights)[Tile::score_fragments],
                                                    CFragment<Warp> (&gradients)[Tile::score_fragments],
                                                    NumbersOf numbers_of) {
  constexpr float unit = weight_unit<typename Tile::Input>;
  at_each_place<Tile::score_fragments>(warp, [&](Place place) {
    float& gradient = at_place(gradients, place);
    gradient = unit * at_place(weights, place) * (gradient - numbers_of(place).delta);
  });
}

}  // namespace detail

// delta of one query of all batches and heads for each warp of the block, from `first_row` on.
template <class Block, class Input>
HPCADVISE_DEVICE_FUNCTION void attention_delta_rows(Block const& block, DeviceAttentionBackward<Input> const& problem,
                                                    std::int64_t first_row) {
  using Warp = typename Block::Warp;
  constexpr int lanes = Warp::Instruction::lanes;
  Warp const warp = block.warp();
  AttentionShape const& shape = problem.shape;
  for (int held_warp = 0; held_warp < Block::warps_held; ++held_warp) {
    std::int64_t const row = first_row + block.warp_index(held_warp);
    if (row >= shape.batch * shape.query_heads * shape.query_length) continue;
    Fragment<Warp, Registers<float, 1>> sum = {};
    for (int held = 0; held < Warp::lanes_held; ++held) {
      for (std::int64_t column = warp.lane(held); column < shape.head_size; column += lanes) {
        std::int64_t const at = row * shape.head_size + column;
        sum.held[held].element[0] += widened(problem.d_out[at]) * widened(problem.out[at]);
      }
    }
    HPCADVISE_UNROLL
    for (int mask = 1; mask < lanes; mask *= 2) {
      auto const others = warp.exchanged(sum, mask);
      for (int held = 0; held < Warp::lanes_held; ++held) sum.held[held].element[0] += others.held[held].element[0];
    }
    problem.delta[row] = sum.held[0].element[0];
  }
}

}  // namespace hpcadvise::kernels
