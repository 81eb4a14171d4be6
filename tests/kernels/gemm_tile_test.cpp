// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/gemm_tile.hpp"

#include "kernels/gemm_shape.hpp"
#include "tests/kernels/matrix_instructions.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace hpcadvise::kernels;

namespace {

// Operands in memory, C poisoned and in the middle of a wider matrix.
template <class Tile, class Output = typename Tile::Instruction::Accumulator>
struct Problem {
  using Element = typename Tile::Instruction::Element;
  static constexpr double poison = 7;
  static constexpr std::int64_t margin = 3;

  GemmShape shape;
  bool a_transposed;
  bool b_transposed;
  std::vector<Element> a = std::vector<Element>(std::size_t(shape.m * shape.k));
  std::vector<Element> b = std::vector<Element>(std::size_t(shape.k * shape.n));
  std::vector<Output> c =
      std::vector<Output>(std::size_t((shape.m + 2 * margin) * row_stride()), number<Output>(poison));

  std::int64_t row_stride() const { return shape.n + 2 * margin; }
  Output const& c_at(std::int64_t i, std::int64_t j) const {
    return c[std::size_t((i + margin) * row_stride() + j + margin)];
  }
  DeviceGemm<Element, Output> gemm() {
    DeviceGemm<Element, Output> result{.a = {.data = a.data(),
                                             .width_stride = a_transposed ? 1 : shape.k,
                                             .depth_stride = a_transposed ? shape.m : 1,
                                             .width = shape.m,
                                             .depth = shape.k},
                                       .b = {.data = b.data(),
                                             .width_stride = b_transposed ? shape.k : 1,
                                             .depth_stride = b_transposed ? 1 : shape.n,
                                             .width = shape.n,
                                             .depth = shape.k},
                                       .c = c.data() + margin * row_stride() + margin,
                                       .c_row_stride = row_stride()};
    result.a_wide = is_wide(result.a);
    result.b_wide = is_wide(result.b);
    return result;
  }
};

// What the instruction makes of an element of an operand.
template <class Tile, class Element>
double value_of(PanelSource<Element> const& operand, std::int64_t i, std::int64_t p) {
  Element const element = operand.data[i * operand.width_stride + p * operand.depth_stride];
  return widened(converted<typename Tile::Input>(element));
}

template <class Tile, class Output>
void run_on_model(DeviceGemm<typename Tile::Instruction::Element, Output> const& gemm) {
  ModelBlock<typename Tile::Instruction, Tile::warps> const block;
  auto const panels = std::make_unique<typename Tile::Panels>();
  for (std::int64_t row = 0; row < gemm.a.width; row += Tile::rows) {
    for (std::int64_t column = 0; column < gemm.b.width; column += Tile::columns) {
      gemm_tile<Tile>(block, gemm, row, column, *panels);
    }
  }
}

template <class Tile, class Output, class Distribution>
void fill_and_run(Problem<Tile, Output>& problem, Distribution distribution) {
  std::mt19937 generator(3);
  for (auto& value : problem.a) value = number<typename Tile::Instruction::Element>(distribution(generator));
  for (auto& value : problem.b) value = number<typename Tile::Instruction::Element>(distribution(generator));
  run_on_model<Tile>(problem.gemm());
}

// The reference of element (i, j), and the sum of its terms' magnitudes.
struct Sum {
  long double value = 0;
  long double magnitude = 0;
};
template <class Tile, class Output>
Sum reference(Problem<Tile, Output>& problem, std::int64_t i, std::int64_t j) {
  auto const gemm = problem.gemm();
  Sum sum;
  for (std::int64_t p = 0; p < problem.shape.k; ++p) {
    long double const term = (long double)(value_of<Tile>(gemm.a, i, p)) * value_of<Tile>(gemm.b, j, p);
    sum.value += term;
    sum.magnitude += std::abs(term);
  }
  return sum;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("A GEMM of tiles is exact on small integers, for every shape and transpose", "[gemm][fragment]",
                        AllTiles) {
  constexpr int rows = TestType::rows, columns = TestType::columns, depth = TestType::extents.depth;
  auto const shape = GENERATE(GemmShape{1, 1, 1}, GemmShape{rows, columns, depth}, GemmShape{rows + 1, 5, depth - 1},
                              GemmShape{7, columns + 3, depth + 1}, GemmShape{rows - 1, columns - 1, 2 * depth + 5},
                              GemmShape{rows + 8, columns + 8, depth + 8});
  bool const a_transposed = GENERATE(false, true);
  bool const b_transposed = GENERATE(false, true);
  Problem<TestType> problem{shape, a_transposed, b_transposed};
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

TEMPLATE_LIST_TEST_CASE("A GEMM of tiles keeps to the bound of its sums", "[gemm][fragment]", Tiles) {
  Problem<TestType> problem{{TestType::rows + 5, 33, 4 * TestType::extents.depth + 3}, false, false};
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
  Problem<MmaSyncBf16Tile, BFloat16> problem{{3, 2, 40}, false, false};
  fill_and_run(problem, std::uniform_int_distribution<int>(-8, 8));
  for (std::int64_t i = 0; i < 3; ++i) {
    for (std::int64_t j = 0; j < 2; ++j) {
      CHECK(problem.c_at(i, j).bits == to_bfloat16(float(reference(problem, i, j).value)).bits);
    }
  }
}

TEST_CASE("A GEMM of tiles over an empty sum is zero, and of an empty matrix is nothing", "[gemm][fragment]") {
  Problem<MmaSyncF16Tile> empty_sum{{3, 5, 0}, false, false};
  run_on_model<MmaSyncF16Tile>(empty_sum.gemm());
  CHECK(empty_sum.c_at(0, 0) == 0);
  CHECK(empty_sum.c_at(2, 4) == 0);
  Problem<MmaSyncF16Tile> empty{{0, 4, 4}, false, false};
  run_on_model<MmaSyncF16Tile>(empty.gemm());
  for (float const value : empty.c) CHECK(value == float(empty.poison));
}

// The model runs a block's threads one after the other, so it cannot see a race: the order of the parts stands for it.
TEST_CASE("A block waits after panels are written, and after they are read", "[gemm][fragment]") {
  using Tile = MmaSyncF64Tile;
  Problem<Tile> problem{{4, 4, std::int64_t{2} * Tile::extents.depth}, false, false};
  std::string record;
  RecordingBlock<ModelBlock<Tile::Instruction, Tile::warps>> const block{{}, &record};
  Tile::Panels panels;
  gemm_tile<Tile>(block, problem.gemm(), 0, 0, panels);
  CHECK(record == "t|w|t|w|w");  // the last are the sums' way to C
}

// 32 banks of 4 bytes; a wide access is served in parts of 128 bytes (CUDA C++ Programming Guide, shared memory).
TEMPLATE_LIST_TEST_CASE("The lanes of mma.sync read different banks of shared memory", "[gemm][fragment]",
                        AllMmaSyncTiles) {
  using Instruction = typename TestType::Instruction;
  constexpr int element_bytes = sizeof(typename TestType::Input);
  if (Instruction::adjacent > 1) CHECK(TestType::stride * element_bytes % 16 == 0);  // for ldmatrix
  constexpr int access_bytes = Instruction::adjacent * element_bytes;
  constexpr int lanes_at_once = 128 / access_bytes;
  auto const distinct = [&](auto offset_of, int elements) {
    for (int element = 0; element < elements; element += Instruction::adjacent) {
      for (int first = 0; first < Instruction::lanes; first += lanes_at_once) {
        std::set<int> banks;
        for (int lane = first; lane < first + lanes_at_once; ++lane) {
          for (int byte = 0; byte < access_bytes; byte += 4) {
            banks.insert((offset_of(lane, element) * element_bytes + byte) / 4 % 32);
          }
        }
        if (banks.size() != 32) return false;
      }
    }
    return true;
  };
  CHECK(distinct(
      [](int lane, int element) {
        Position const at = Instruction::a_position(lane, element);
        return at.row * TestType::stride + at.column;
      },
      a_elements<Instruction>));
  CHECK(distinct(
      [](int lane, int element) {
        Position const at = Instruction::b_position(lane, element);
        return at.column * TestType::stride + at.row;
      },
      b_elements<Instruction>));
}
