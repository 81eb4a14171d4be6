// SPDX-License-Identifier: Apache-2.0

// Panels that come while others are multiplied: right however early or late each of a block's parts does its work, as
// far as its barriers and waits allow.

#include "tests/kernels/gemm_problem.hpp"
#include "tests/kernels/late_block.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <cmath>
#include <cstring>
#include <memory>
#include <tuple>

using namespace hpcadvise::kernels;

namespace {

// Whether the first tile is right by a block that is late in this way.
template <class Tile>
bool is_right(GemmProblem<Tile>& problem, Lateness lateness) {
  auto const gemm = problem.gemm();
  bool right = true;
  with_panel_orders<Tile>(gemm, [&](auto identity) {
    using Ordered = typename decltype(identity)::type;
    using Block = LateBlock<ModelBlock<typename Ordered::Instruction, Ordered::warps>>;
    using Element = typename Ordered::Instruction::Element;
    LateWork work(lateness, Ordered::threads, Ordered::warps);
    auto const buffers = poisoned_buffers<Ordered>();
    Block const block{model_block_of<Ordered>(*buffers), &work};
    auto const registers = std::make_unique<GemmRegisters<Ordered, Block, Element>>();
    std::memset(static_cast<void*>(registers.get()), 0xff, sizeof *registers);
    multiply_operands<Ordered>(block, gemm, {.row = 0, .column = 0}, *buffers, *registers);
    work.catch_up();
    for (int warp = 0; warp < Ordered::warps; ++warp)
      detail::store_sums<Ordered>(block.warp(), warp, registers->warp[warp], gemm, {.row = 0, .column = 0});
  });
  for (std::int64_t i = 0; i < problem.shape.m; ++i)
    for (std::int64_t j = 0; j < problem.shape.n; ++j)
      right = right && double(problem.c_at(i, j)) == double(reference(problem, i, j).value);
  return right;
}

// A few rows and columns, of wgmma of both warpgroups, and more panels than there are buffers, the last of them not
// full. Such strides serve wide accesses.
template <class Tile>
GemmProblem<Tile> long_problem(bool transposed) {
  constexpr int panels = 2 * Tile::extents.buffers + 2;
  constexpr int rows = Tile::from_block_memory ? Tile::warp_rows + 8 : 8;
  GemmProblem<Tile> problem{{rows, 16, panels * Tile::extents.depth - 8}, transposed, !transposed};
  fill(problem, std::uniform_int_distribution<int>(-8, 8));
  return problem;
}

// One of each way to bring panels: by themselves, turned on their way, in two buffers, in one.
using SmallAsynchronousTiles = std::tuple<MmaSync16BitSmallTile<BFloat16>, FmaF32SmallTile, MmaSyncF64SmallTile>;
using SmallTiles = decltype(std::tuple_cat(
    SmallAsynchronousTiles{}, std::tuple<MmaSyncTf32SmallTile, Mfma32SmallTile<Half>, Mfma32Tile<Half>>{}));
using WgmmaTileTypes = TilesOf<WgmmaTiles>;

}  // namespace

TEMPLATE_LIST_TEST_CASE("A GEMM of tiles is right however late copies arrive, or threads or warps work",
                        "[gemm][fragment]", AllTiles) {
  auto const part = GENERATE(Late::nothing, Late::copies, Late::threads, Late::warps);
  auto problem = long_problem<TestType>(GENERATE(false, true));
  CHECK(is_right(problem, {.part = part}));
}

TEMPLATE_LIST_TEST_CASE("An empty sum is zero, whatever the registers held", "[gemm][fragment]", AllTiles) {
  GemmProblem<TestType> problem{{8, 16, 0}, false, false};
  CHECK(is_right(problem, {}));
}

TEMPLATE_LIST_TEST_CASE("Rows that are not aligned are right however late threads or warps work", "[gemm][fragment]",
                        SmallTiles) {
  auto const part = GENERATE(Late::nothing, Late::copies, Late::threads, Late::warps);
  bool const transposed = GENERATE(false, true);
  GemmProblem<TestType> problem{{7, 13, 5 * TestType::extents.depth - 3}, transposed, !transposed};
  fill(problem, std::uniform_int_distribution<int>(-8, 8));
  CHECK(is_right(problem, {.part = part}));
}

TEMPLATE_LIST_TEST_CASE("It is noticed when a block leaves out one of its waits", "[gemm][fragment]",
                        SmallAsynchronousTiles) {
  static constexpr int waits = 2 * TestType::extents.buffers + 2;  // one before each panel
  int const left_out = GENERATE(Catch::Generators::range(0, waits));
  auto problem = long_problem<TestType>(false);
  CHECK_FALSE(is_right(problem, {.part = Late::copies, .wait_left_out = left_out}));
}

TEMPLATE_LIST_TEST_CASE("It is noticed when a block leaves out one of its barriers", "[gemm][fragment]", SmallTiles) {
  static constexpr int steps = 2 * TestType::extents.buffers + 2;
  static constexpr int barriers = 1 + steps * (TestType::extents.buffers == 1 ? 2 : 1);
  int const left_out = GENERATE(Catch::Generators::range(0, barriers - 2));  // behind the last step nothing is read
  auto problem = long_problem<TestType>(false);
  bool right = true;
  for (auto const part : {Late::copies, Late::threads, Late::warps})
    right = right && is_right(problem, {.part = part, .barrier_left_out = left_out});
  CHECK_FALSE(right);
}

TEMPLATE_LIST_TEST_CASE("Products of the block's memory are right however late they are done", "[gemm][fragment]",
                        WgmmaTileTypes) {
  auto problem = long_problem<TestType>(GENERATE(false, true));
  CHECK(is_right(problem, {.part = Late::products}));
}

TEMPLATE_LIST_TEST_CASE(
    "It is noticed when a block does not wait for copies, or for products, or shows nothing of them",
    "[gemm][fragment]", WgmmaTileTypes) {
  static constexpr int steps = 2 * TestType::extents.buffers + 2;
  auto problem = long_problem<TestType>(false);
  int const left_out = GENERATE(Catch::Generators::range(0, steps));
  CHECK_FALSE(is_right(problem, {.part = Late::copies, .wait_left_out = left_out}));
  CHECK_FALSE(is_right(problem, {.part = Late::copies, .showing_left_out = left_out}));
  CHECK_FALSE(is_right(problem, {.part = Late::copies, .barrier_left_out = left_out}));
  // The panels of the step before are written over if there are any left to come; the last wait is for all products.
  bool const written_over = left_out > 0 && left_out + 1 + TestType::steps_ahead < steps;
  CHECK(is_right(problem, {.part = Late::products, .product_wait_left_out = left_out}) == !written_over);
  CHECK_FALSE(is_right(problem, {.part = Late::products, .product_wait_left_out = steps}));
}
