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
             Heads<Element const> const& v, Heads<Element> const& out, RowStatistic<float> const& log_sum_exp,
             int tile) {
  DeviceAttentionForward<Element> const problem{.shape = shape,
                                                .scale = score_scale(shape),
                                                .q = q.data(),
                                                .k = k.data(),
                                                .v = v.data(),
                                                .out = out.data(),
                                                .log_sum_exp = log_sum_exp.data()};
  with_attention_tile<Element>(shape.head_size, tile, [&](auto tiles) {
    using Tile = typename decltype(tiles)::Forward;
    auto const heads = shape.batch * shape.query_heads;
    auto const count = tile_count(shape.query_length, Tile::rows);
    launch_blocks<Tile, AttentionForwardPanels<Tile>, Tile::blocks>(
        space, "hpcadvise::attention_forward", heads * count, ForwardBlock<Tile>{problem, int(heads), int(count)});
  });
}

}  // namespace

std::vector<std::string> attention_tile_names(std::int64_t head_size) {
  auto const name = [](auto tiles) {
    using Forward = typename decltype(tiles)::Forward;
    return std::to_string(Forward::rows) + "x" + std::to_string(Forward::columns);
  };
  return with_attention_sizes<Half>(head_size, [&](auto tall, auto low) {
    std::vector<std::string> names{name(tall)};
    if (name(low) != name(tall)) names.push_back(name(low));
    return names;
  });
}

void attention_forward(Space const& space, AttentionShape shape, Heads<Half const> q, Heads<Half const> k,
                       Heads<Half const> v, Heads<Half> out, RowStatistic<float> log_sum_exp, int tile) {
  forward<Half>(space, shape, q, k, v, out, log_sum_exp, tile);
}

void attention_forward(Space const& space, AttentionShape shape, Heads<BFloat16 const> q, Heads<BFloat16 const> k,
                       Heads<BFloat16 const> v, Heads<BFloat16> out, RowStatistic<float> log_sum_exp, int tile) {
  forward<BFloat16>(space, shape, q, k, v, out, log_sum_exp, tile);
}

}  // namespace hpcadvise::kernels
