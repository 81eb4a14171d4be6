// SPDX-License-Identifier: Apache-2.0
#include "kernels/attention.hpp"
#include "kernels/device/launch_blocks.hpp"
#include "kernels/device/native_attention.hpp"

namespace hpcadvise::kernels {
namespace {

template <class Tile>
struct ForwardBlock {
  DeviceAttentionForward<typename Tile::Input> problem;
  int heads;  // of all batches
  int tiles;  // of a head

  // The last queries first: with a mask they see the most keys, and the short blocks fill up at the end.
  template <class Block>
  KOKKOS_FUNCTION void operator()(Block const& block, int index, AttentionForwardPanels<Tile>& panels) const {
    attention_forward_tile<Tile>(block, problem, index % heads, (tiles - 1 - index / heads) * Tile::rows, panels);
  }
};

template <class Element>
void forward(Space const& space, AttentionShape shape, Heads<Element const> const& q, Heads<Element const> const& k,
             Heads<Element const> const& v, Heads<Element> const& out, RowStatistic<float> const& log_sum_exp) {
  DeviceAttentionForward<Element> const problem{.shape = shape,
                                                .scale = score_scale(shape),
                                                .q = q.data(),
                                                .k = k.data(),
                                                .v = v.data(),
                                                .out = out.data(),
                                                .log_sum_exp = log_sum_exp.data()};
  with_attention_tiles<Element>(shape.head_size, [&](auto tiles) {
    using Tile = typename decltype(tiles)::Forward;
    auto const heads = shape.batch * shape.query_heads;
    auto const count = tile_count(shape.query_length, Tile::rows);
    launch_blocks<Tile, AttentionForwardPanels<Tile>, Tile::blocks>(
        space, "hpcadvise::attention_forward", heads * count, ForwardBlock<Tile>{problem, int(heads), int(count)});
  });
}

}  // namespace

void attention_forward(Space const& space, AttentionShape shape, Heads<Half const> q, Heads<Half const> k,
                       Heads<Half const> v, Heads<Half> out, RowStatistic<float> log_sum_exp) {
  forward<Half>(space, shape, q, k, v, out, log_sum_exp);
}

void attention_forward(Space const& space, AttentionShape shape, Heads<BFloat16 const> q, Heads<BFloat16 const> k,
                       Heads<BFloat16 const> v, Heads<BFloat16> out, RowStatistic<float> log_sum_exp) {
  forward<BFloat16>(space, shape, q, k, v, out, log_sum_exp);
}

}  // namespace hpcadvise::kernels
