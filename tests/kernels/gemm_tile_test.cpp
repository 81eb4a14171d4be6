// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/gemm_problem.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <set>
#include <type_traits>
#include <vector>

using namespace hpcadvise::kernels;

TEMPLATE_LIST_TEST_CASE("A GEMM of tiles is exact on small integers, for every shape and transpose", "[gemm][fragment]",
                        AllTiles) {
  constexpr int rows = TestType::rows, columns = TestType::columns, depth = TestType::extents.depth;
  auto const shape = GENERATE(GemmShape{1, 1, 1}, GemmShape{rows, columns, depth}, GemmShape{rows + 1, 5, depth - 1},
                              GemmShape{7, columns + 3, depth + 1}, GemmShape{rows - 1, columns - 1, 2 * depth + 5},
                              GemmShape{rows + 8, columns + 8, depth + 8});
  bool const a_transposed = GENERATE(false, true);
  bool const b_transposed = GENERATE(false, true);
  GemmProblem<TestType> problem{shape, a_transposed, b_transposed};
  fill_and_run(problem, std::uniform_int_distribution<int>(-8, 8));
  INFO(shape.m << " x " << shape.n << " x " << shape.k << " transposed " << a_transposed << b_transposed);
  for (std::int64_t i = -problem.margin; i < shape.m + problem.margin; ++i) {
    for (std::int64_t j = -problem.margin; j < shape.n + problem.margin; ++j) {
      bool const inside = i >= 0 && i < shape.m && j >= 0 && j < shape.n;
      double const expected = inside ? double(reference(problem, i, j).value) : problem.poison;
      if (double(problem.c_at(i, j)) != expected) FAIL("C(" << i << ", " << j << ") is " << problem.c_at(i, j));
    }
  }
}

TEMPLATE_LIST_TEST_CASE("A GEMM of tiles keeps to the bound of its sums", "[gemm][fragment]", BoundedTiles) {
  GemmProblem<TestType> problem{{TestType::rows + 5, 33, 4 * TestType::extents.depth + 3}, false, false};
  fill_and_run(problem, AwayFromZero{});
  double const unit = double(std::numeric_limits<typename TestType::Instruction::Accumulator>::epsilon()) / 2;
  for (std::int64_t i = 0; i < problem.shape.m; ++i) {
    for (std::int64_t j = 0; j < problem.shape.n; ++j) {
      auto const [value, magnitude] = reference(problem, i, j);
      auto const bound = double(problem.shape.k) * unit * double(magnitude);
      if (!(std::abs(double(problem.c_at(i, j) - value)) <= bound)) FAIL("C(" << i << ", " << j << ")");
    }
  }
}

TEST_CASE("A GEMM of tiles rounds its sums once, when C is narrower than they are", "[gemm][fragment]") {
  GemmProblem<MmaSync16BitTile<BFloat16>, BFloat16> problem{{3, 2, 40}, false, false};
  fill_and_run(problem, std::uniform_int_distribution<int>(-8, 8));
  for (std::int64_t i = 0; i < 3; ++i) {
    for (std::int64_t j = 0; j < 2; ++j) {
      CHECK(problem.c_at(i, j).bits == to_bfloat16(float(reference(problem, i, j).value)).bits);
    }
  }
}

TEMPLATE_TEST_CASE("A GEMM of tiles over an empty sum is zero, and of an empty matrix is nothing", "[gemm][fragment]",
                   MmaSync16BitTile<Half>, WgmmaTile<Half>) {
  GemmProblem<TestType> empty_sum{{3, 5, 0}, false, false};
  run_on_model<TestType>(empty_sum.gemm());
  CHECK(empty_sum.c_at(0, 0) == 0);
  CHECK(empty_sum.c_at(2, 4) == 0);
  GemmProblem<TestType> empty{{0, 4, 4}, false, false};
  run_on_model<TestType>(empty.gemm());
  for (float const value : empty.c) CHECK(value == float(empty.poison));
}

// As much as any device gives a block that asks for no more (CUDA C++ Programming Guide, shared memory).
TEST_CASE("Each format has a tile that any launch has memory for", "[gemm]") {
  constexpr std::size_t limit = 49152;
  CHECK(sizeof(MmaSync16BitSmallTile<BFloat16>::Buffers) <= limit);
  CHECK(sizeof(MmaSyncTf32SmallTile::Buffers) <= limit);
  CHECK(sizeof(MmaSyncF64SmallTile::Buffers) <= limit);
  CHECK(sizeof(FmaF32SmallTile::Buffers) <= limit);
}

// 32 banks of 4 bytes; a wide access is served in parts of 128 bytes (CUDA C++ Programming Guide, shared memory).
// `byte_of` gives where a lane's access begins.
template <class ByteOf>
bool meets_different_banks(ByteOf byte_of, int access_bytes) {
  int const lanes_at_once = 128 / access_bytes;
  for (int first = 0; first < 32; first += lanes_at_once) {
    std::set<int> banks;
    for (int lane = first; lane < first + lanes_at_once; ++lane)
      for (int byte = 0; byte < access_bytes; byte += 4) banks.insert((byte_of(lane) + byte) / 4 % 32);
    if (banks.size() != 32) return false;
  }
  return true;
}

// The rows whose addresses lanes give to ldmatrix, 16 bytes each.
template <class Tile>
bool loads_matrices_without_conflict() {
  using Instruction = typename Tile::Instruction;
  using Panels = typename Tile::Panels;
  constexpr int bytes = sizeof(typename Tile::Input);
  using A = decltype(Panels::a);
  using B = decltype(Panels::b);
  return meets_different_banks(
             [](int lane) {
               Position const at = A::along_depth ? Instruction::a_row(lane) : Instruction::a_column(lane);
               return A::place(at.row, at.column) * bytes;
             },
             16) &&
         meets_different_banks(
             [](int lane) {
               Position const at = B::along_depth ? Instruction::b_column(lane) : Instruction::b_row(lane);
               return B::place(at.column, at.row) * bytes;
             },
             16);
}

TEMPLATE_LIST_TEST_CASE("The lanes of mma.sync read different banks of shared memory", "[gemm][fragment]",
                        MmaSyncTiles) {
  using Instruction = typename TestType::Instruction;
  constexpr int bytes = sizeof(typename TestType::Input);
  if constexpr (bytes == 2) {
    using enum PanelOrder;
    CHECK(loads_matrices_without_conflict<TestType>());
    CHECK(loads_matrices_without_conflict<OrderedTile<TestType, along_width, along_width>>());
  } else {
    using A = decltype(TestType::Panels::a);
    using B = decltype(TestType::Panels::b);
    for (int element = 0; element < a_elements<Instruction>; ++element)
      CHECK(meets_different_banks(
          [&](int lane) {
            Position const at = Instruction::a_position(lane, element);
            return A::place(at.row, at.column) * bytes;
          },
          bytes));
    for (int element = 0; element < b_elements<Instruction>; ++element)
      CHECK(meets_different_banks(
          [&](int lane) {
            Position const at = Instruction::b_position(lane, element);
            return B::place(at.column, at.row) * bytes;
          },
          bytes));
  }
}

// Where the copies of the first warp go: an instruction's lanes each.
struct WarpCopies {
  std::vector<std::array<char const*, 32>> to;
  std::array<std::size_t, 32> next{};
  int bytes = 0;
};
struct CopyRecorder {
  WarpCopies* copies;
  template <int bytes>
  void begin_copy(int thread, void* to, void const* /*from*/, int /*valid_bytes*/) const {
    if (thread >= 32) return;
    auto const lane = std::size_t(thread);
    auto const instruction = copies->next[lane]++;
    copies->to.resize(std::max(copies->to.size(), instruction + 1));
    copies->to[instruction][lane] = static_cast<char const*>(to);
    copies->bytes = bytes;
  }
};

TEMPLATE_LIST_TEST_CASE("Asynchronous copies write to different banks of shared memory", "[gemm][fragment]",
                        AsynchronousTiles) {
  using Element = typename TestType::Instruction::Element;
  bool const along_depth = GENERATE(false, true);
  std::vector<Element> const memory(std::size_t(1024 * 1024));
  PanelSource<Element> const source{.data = memory.data(),
                                    .width_stride = along_depth ? 1024 : 1,
                                    .depth_stride = along_depth ? 1 : 1024,
                                    .width = 1024,
                                    .depth = 1024};
  auto const check = [&](auto& panel) {
    WarpCopies copies;
    for (int thread = 0; thread < TestType::threads; ++thread)
      begin_panel<TestType::threads>(CopyRecorder{&copies}, panel, source, true, 0, 0, thread);
    CHECK(!copies.to.empty());
    auto const* const begin = reinterpret_cast<char const*>(panel.at);
    for (auto const& lanes : copies.to)
      CHECK(meets_different_banks([&](int lane) { return int(lanes[std::size_t(lane)] - begin); }, copies.bytes));
  };
  auto const check_tile = [&]<class Tile>(std::type_identity<Tile>) {
    auto const panels = std::make_unique<typename Tile::Panels>();
    check(panels->a);
    check(panels->b);
  };
  if constexpr (TestType::turns_operands) {
    check_tile(std::type_identity<TestType>{});
  } else if (along_depth) {
    check_tile(std::type_identity<TestType>{});
  } else {
    check_tile(std::type_identity<OrderedTile<TestType, PanelOrder::along_width, PanelOrder::along_width>>{});
  }
}
