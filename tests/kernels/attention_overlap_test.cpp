// SPDX-License-Identifier: Apache-2.0

// Attention's panels that come while others are multiplied: right however early or late each of a block's parts does
// its work, as far as its barriers and waits allow.

#include "tests/kernels/late_block.hpp"
#include "tests/kernels/model_attention.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cstring>
#include <memory>
#include <tuple>
#include <utility>

using namespace hpcadvise::kernels;
using namespace hpcadvise::kernels::test;

namespace {

// That a block passes over, of each head: odd, so that a count of panels that began anew with each head would bring the
// first of one into the buffer that holds the last of another.
constexpr int panels = 3;

template <class... Numbers>
bool hold_the_same(std::tuple<Numbers const&...> const& a, std::tuple<Numbers&...> const& b) {
  auto const same = [](auto const& x, auto const& y) {
    return std::memcmp(x.data(), y.data(), x.size() * sizeof(*x.data())) == 0;
  };
  return [&]<std::size_t... i>(std::index_sequence<i...>) { return (same(std::get<i>(a), std::get<i>(b)) && ...); }
  (std::index_sequence_for<Numbers...>{});
}

template <class Tile>
using LateBlockOf = LateBlock<ModelBlock<typename Tile::Instruction, Tile::warps>>;

// A block's passes over panels: its tile, its barriers for each panel, the heads whose panels it passes over, how long
// their matrices are for each to have three panels, of which the last is not full; what is late of the block at row
// `first`; and what it writes.
template <class TilesType>
struct Forward {
  using Tiles = TilesType;
  using Tile = typename Tiles::Forward;
  static constexpr int barriers_a_panel = 2;
  static constexpr bool last_is_idle = false;
  static constexpr int heads = 1;
  static constexpr int query_length = Tile::rows, key_length = panels * Tile::columns - 3;
  static constexpr auto length_of_panels = &AttentionShape::key_length;

  static void run(ModelAttention<Tiles>& a, int first, LateWork& work) {
    auto const in_memory = poisoned<AttentionForwardPanels<Tile>>();
    auto const registers = poisoned<AttentionForwardRegisters<Tile, LateBlockOf<Tile>>>();
    LateBlockOf<Tile> const block{{}, &work};
    attend_to_keys<Tile>(block, a.forward(), 0, first, *in_memory, *registers);
    work.catch_up();
    store_attention<Tile>(block, a.forward(), 0, first, *registers);
  }
  static auto outputs(auto& a) { return std::tie(a.out, a.log_sum_exp); }
};

template <class TilesType>
struct Queries {
  using Tiles = TilesType;
  using Tile = typename Tiles::Queries;
  static constexpr int barriers_a_panel = Tile::asynchronous ? 1 : 2;
  static constexpr bool last_is_idle = !Tile::asynchronous;
  static constexpr int heads = 1;
  static constexpr int query_length = Tile::rows, key_length = panels * Tile::columns - 3;
  static constexpr auto length_of_panels = &AttentionShape::key_length;

  static void run(ModelAttention<Tiles>& a, int first, LateWork& work) {
    auto const in_memory = poisoned<AttentionQueriesPanels<Tile>>();
    auto const registers = poisoned<AttentionQueriesRegisters<Tile, LateBlockOf<Tile>>>();
    LateBlockOf<Tile> const block{{}, &work};
    attend_to_keys<Tile>(block, a.backward(), 0, first, *in_memory, *registers);
    work.catch_up();
    store_attention<Tile>(block, a.backward(), 0, first, *registers);
  }
  static auto outputs(auto& a) { return std::tie(a.d_q); }
};

template <class TilesType>
struct Keys {
  using Tiles = TilesType;
  using Tile = typename Tiles::Keys;
  static constexpr int barriers_a_panel = Tile::asynchronous ? 1 : 2;
  static constexpr bool last_is_idle = !Tile::asynchronous;
  static constexpr int heads = 2;  // that share the keys
  static constexpr int query_length = panels * Tile::columns - 3, key_length = Tile::rows;
  static constexpr auto length_of_panels = &AttentionShape::query_length;

  static void run(ModelAttention<Tiles>& a, int first, LateWork& work) {
    auto const in_memory = poisoned<AttentionKeysPanels<Tile>>();
    auto const registers = poisoned<AttentionKeysRegisters<Tile, LateBlockOf<Tile>>>();
    LateBlockOf<Tile> const block{{}, &work};
    for (int column = 0; column < a.shape.head_size; column += Tile::output_size) {
      attend_to_queries<Tile>(block, a.backward(), 0, first, column, *in_memory, *registers);
      work.catch_up();
      store_attention<Tile>(block, a.backward(), 0, first, column, *registers);
    }
  }
  static auto outputs(auto& a) { return std::tie(a.d_k, a.d_v); }
};

// By copies of 8, 2 and 16 threads in a row; through registers, but for the keys of the second.
template <template <class> class Pass>
using AsynchronousPasses = std::tuple<Pass<MmaSyncAttention<Half, 64>>, Pass<MmaSyncAttention<BFloat16, 80>>,
                                      Pass<MmaSyncAttention<BFloat16, 128, BlockHeight::low>>>;
template <template <class> class Pass>
using HeldPasses = std::tuple<Pass<MfmaAttention<Half, 64>>, Pass<MfmaAttention<BFloat16, 96>>>;
using AllAsynchronous =
    decltype(std::tuple_cat(AsynchronousPasses<Forward>{}, AsynchronousPasses<Queries>{}, AsynchronousPasses<Keys>{}));
using All =
    decltype(std::tuple_cat(AllAsynchronous{}, HeldPasses<Forward>{}, HeldPasses<Queries>{}, HeldPasses<Keys>{}));

template <class Tiles>
using Passes = std::tuple<Forward<Tiles>, Queries<Tiles>, Keys<Tiles>>;
using AllAndLarge =
    decltype(std::tuple_cat(All{}, Passes<MmaSyncAttention<BFloat16, 256>>{}, Passes<MfmaAttention<BFloat16, 256>>{}));

template <class Pass>
AttentionShape some_panels(std::int64_t head_size = Pass::Tile::head_size) {
  return {.batch = 1,
          .query_heads = Pass::heads,
          .kv_heads = 1,
          .query_length = Pass::query_length,
          .key_length = Pass::key_length,
          .head_size = head_size,
          .causal = false};
}

template <class Pass>
ModelAttention<typename Pass::Tiles> on_time(AttentionShape shape) {
  ModelAttention<typename Pass::Tiles> a(shape, make_attention(shape));
  a.run_forward();
  a.run_backward();
  return a;
}

template <class Pass>
bool is_right(ModelAttention<typename Pass::Tiles> const& on_time, Lateness lateness) {
  auto late = on_time;
  std::apply([](auto&... each) { (each.poison(each.data(), each.size()), ...); }, Pass::outputs(late));
  LateWork work(lateness, Pass::Tile::threads, Pass::Tile::warps);
  Pass::run(late, 0, work);
  return hold_the_same(Pass::outputs(on_time), Pass::outputs(late));
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("Attention is right however late copies arrive, or threads or warps work",
                        "[attention][fragment]", All) {
  int const shorter = GENERATE(0, 8, 3);  // than the tile's heads: panels filled up by copies, or element by element
  auto const a = on_time<TestType>(some_panels<TestType>(TestType::Tile::head_size - shorter));
  for (auto const part : {Late::nothing, Late::copies, Late::threads, Late::warps}) {
    CAPTURE(int(part), shorter);
    CHECK(is_right<TestType>(a, {.part = part}));
  }
}

TEMPLATE_LIST_TEST_CASE("Attention is right, however late, under a causal mask and with one panel alone",
                        "[attention][fragment]", AllAndLarge) {
  AttentionShape causal = some_panels<TestType>();
  causal.causal = true;
  AttentionShape one_panel = some_panels<TestType>();
  one_panel.*TestType::length_of_panels = TestType::Tile::columns - 3;
  for (auto const& shape : {causal, one_panel}) {
    auto const a = on_time<TestType>(shape);
    for (auto const part : {Late::copies, Late::threads, Late::warps}) {
      CAPTURE(int(part), shape.causal);
      CHECK(is_right<TestType>(a, {.part = part}));
    }
  }
}

TEMPLATE_LIST_TEST_CASE("It is noticed when attention leaves out one of its waits", "[attention][fragment]",
                        AllAsynchronous) {
  auto const a = on_time<TestType>(some_panels<TestType>());
  for (int left_out = 0; left_out < TestType::heads * panels * TestType::barriers_a_panel; ++left_out)
    CHECK_FALSE(is_right<TestType>(a, {.part = Late::copies, .wait_left_out = left_out}));
}

// They stand between what arrives and who reads it, and between who has read and what is written over it.
TEMPLATE_LIST_TEST_CASE("It is noticed when attention leaves out one of its barriers", "[attention][fragment]", All) {
  // Where each panel has one in front and one behind, nobody reads or writes behind the last.
  constexpr int barriers = TestType::heads * panels * TestType::barriers_a_panel - (TestType::last_is_idle ? 1 : 0);
  auto const a = on_time<TestType>(some_panels<TestType>());
  for (int left_out = 0; left_out < barriers; ++left_out) {
    CAPTURE(left_out);
    bool noticed = false;
    for (auto const part : {Late::copies, Late::threads, Late::warps})
      noticed = noticed || !is_right<TestType>(a, {.part = part, .barrier_left_out = left_out});
    CHECK(noticed);
  }
}

TEMPLATE_LIST_TEST_CASE("Attention passes over the panels that its block sees, with a barrier or two for each",
                        "[attention][fragment]", All) {
  using Tile = typename TestType::Tile;
  auto const barriers = [](std::int64_t length, int first) {
    AttentionShape shape = some_panels<TestType>();
    shape.query_length = shape.key_length = length;
    shape.causal = true;
    auto a = on_time<TestType>(shape);
    LateWork work({}, Tile::threads, Tile::warps);
    TestType::run(a, first, work);
    return work.barriers;
  };
  constexpr int panels_of_rows = Tile::rows / Tile::columns;
  // Of three blocks of rows the middle one: queries see the keys of two, and keys are seen by the queries of two.
  CHECK(barriers(3 * Tile::rows, Tile::rows) == TestType::heads * 2 * panels_of_rows * TestType::barriers_a_panel);
}
