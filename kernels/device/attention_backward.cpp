// SPDX-License-Identifier: Apache-2.0
#include "kernels/attention.hpp"
#include "kernels/device/launch_blocks.hpp"
#include "kernels/device/native_attention.hpp"

namespace hpcadvise::kernels {
namespace {

constexpr int delta_warps = 4;  // of a block, each with one query

template <class TileInstruction>
struct DeltaTile {
  using Instruction = TileInstruction;
  static constexpr int threads = delta_warps * Instruction::lanes;
};
struct NoPanels {};

template <class Element>
struct DeltaBlock {
  DeviceAttentionBackward<Element> problem;

  template <class Block>
  KOKKOS_FUNCTION void operator()(Block const& block, int index, NoPanels&) const {
    attention_delta_rows(block, problem, std::int64_t{index} * delta_warps);
  }
};

// The last queries, and the first keys, first: with a mask they have the most to do.
template <class Tile>
struct QueriesBlock {
  DeviceAttentionBackward<typename Tile::Input> problem;
  int heads;
  int tiles;

  template <class Block>
  KOKKOS_FUNCTION void operator()(Block const& block, int index, AttentionQueriesPanels<Tile>& panels) const {
    attention_backward_queries_tile<Tile>(block, problem, index % heads, (tiles - 1 - index / heads) * Tile::rows,
                                          panels);
  }
};

template <class Tile>
struct KeysBlock {
  static constexpr int parts = Tile::head_size / Tile::output_size;
  DeviceAttentionBackward<typename Tile::Input> problem;
  int heads;

  template <class Block>
  KOKKOS_FUNCTION void operator()(Block const& block, int index, AttentionKeysPanels<Tile>& panels) const {
    int const column = index % parts * Tile::output_size;
    int const head = index / parts % heads;
    attention_backward_keys_tile<Tile>(block, problem, head, index / parts / heads * Tile::rows, column, panels);
  }
};

template <class Element>
void backward(Space const& space, DeviceAttentionBackward<Element> const& problem, int tile) {
  AttentionShape const& shape = problem.shape;
  auto const query_heads = shape.batch * shape.query_heads;
  auto const kv_heads = shape.batch * shape.kv_heads;
  with_attention_tile<Element>(shape.head_size, tile, [&](auto tiles) {
    using Queries = typename decltype(tiles)::Queries;
    using Keys = typename decltype(tiles)::Keys;
    launch_blocks<DeltaTile<typename Queries::Instruction>, NoPanels, 1>(
        space, "hpcadvise::attention_delta", tile_count(query_heads * shape.query_length, delta_warps),
        DeltaBlock<Element>{problem});
    launch_blocks<Keys, AttentionKeysPanels<Keys>, Keys::blocks>(
        space, "hpcadvise::attention_backward_keys",
        kv_heads * tile_count(shape.key_length, Keys::rows) * KeysBlock<Keys>::parts,
        KeysBlock<Keys>{problem, int(kv_heads)});
    auto const count = tile_count(shape.query_length, Queries::rows);
    launch_blocks<Queries, AttentionQueriesPanels<Queries>, Queries::blocks>(
        space, "hpcadvise::attention_backward_queries", query_heads * count,
        QueriesBlock<Queries>{problem, int(query_heads), int(count)});
  });
}

template <class Element>
void backward(Space const& space, AttentionShape shape, Heads<Element const> const& q, Heads<Element const> const& k,
              Heads<Element const> const& v, Heads<Element const> const& out,
              RowStatistic<float const> const& log_sum_exp, Heads<Element const> const& d_out,
              Heads<Element> const& d_q, Heads<Element> const& d_k, Heads<Element> const& d_v,
              AttentionWorkspace& workspace, int tile) {
  auto const queries = std::size_t(shape.batch * shape.query_heads * shape.query_length);
  if (workspace.delta.extent(0) < queries) {
    workspace.delta = Kokkos::View<float*, MemorySpace>(
        Kokkos::view_alloc(Kokkos::WithoutInitializing, "hpcadvise::attention_delta"), queries);
  }
  backward<Element>(space,
                    {.shape = shape,
                     .scale = score_scale(shape),
                     .q = q.data(),
                     .k = k.data(),
                     .v = v.data(),
                     .out = out.data(),
                     .d_out = d_out.data(),
                     .log_sum_exp = log_sum_exp.data(),
                     .delta = workspace.delta.data(),
                     .d_q = d_q.data(),
                     .d_k = d_k.data(),
                     .d_v = d_v.data()},
                    tile);
}

}  // namespace

void attention_backward(Space const& space, AttentionShape shape, Heads<Half const> q, Heads<Half const> k,
                        Heads<Half const> v, Heads<Half const> out, RowStatistic<float const> log_sum_exp,
                        Heads<Half const> d_out, Heads<Half> d_q, Heads<Half> d_k, Heads<Half> d_v,
                        AttentionWorkspace& workspace, int tile) {
  backward<Half>(space, shape, q, k, v, out, log_sum_exp, d_out, d_q, d_k, d_v, workspace, tile);
}

void attention_backward(Space const& space, AttentionShape shape, Heads<BFloat16 const> q, Heads<BFloat16 const> k,
                        Heads<BFloat16 const> v, Heads<BFloat16 const> out, RowStatistic<float const> log_sum_exp,
                        Heads<BFloat16 const> d_out, Heads<BFloat16> d_q, Heads<BFloat16> d_k, Heads<BFloat16> d_v,
                        AttentionWorkspace& workspace, int tile) {
  backward<BFloat16>(space, shape, q, k, v, out, log_sum_exp, d_out, d_q, d_k, d_v, workspace, tile);
}

}  // namespace hpcadvise::kernels
