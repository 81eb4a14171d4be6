// SPDX-License-Identifier: Apache-2.0
#pragma once

// A GEMM for tiles on the host's model, and its reference.

#include "kernels/device/gemm_tiles.hpp"
#include "kernels/gemm_shape.hpp"
#include "tests/kernels/matrix_instructions.hpp"

#include <cmath>
#include <cstddef>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

namespace hpcadvise::kernels {

// Operands in memory, C poisoned and in the middle of a wider matrix.
template <class Tile, class Output = typename Tile::Instruction::Accumulator>
struct GemmProblem {
  using Element = typename Tile::Instruction::Element;
  static constexpr double poison = 7;
  static constexpr std::int64_t margin = 4;

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
    result.c_wide = begins_wide(result.c, result.c_row_stride);
    return result;
  }
};

// What the instruction makes of an element of an operand.
template <class Tile, class Element>
double value_of(PanelSource<Element> const& operand, std::int64_t i, std::int64_t p) {
  Element const element = operand.data[i * operand.width_stride + p * operand.depth_stride];
  return widened(converted<typename Tile::Input>(element));
}

// Poisoned, as what is in a block's memory when it starts.
template <class Tile>
std::unique_ptr<typename Tile::Buffers> poisoned_buffers() {
  auto buffers = std::make_unique<typename Tile::Buffers>();
  std::memset(static_cast<void*>(buffers.get()), 0xff, sizeof *buffers);
  return buffers;
}

template <class Tile>
ModelBlock<typename Tile::Instruction, Tile::warps> model_block_of(typename Tile::Buffers const& buffers) {
  return {.memory = reinterpret_cast<std::byte const*>(&buffers)};
}

template <class Tile, class Output>
void run_on_model(DeviceGemm<typename Tile::Instruction::Element, Output> const& gemm) {
  with_panel_orders<Tile>(gemm, [&](auto identity) {
    using Ordered = typename decltype(identity)::type;
    auto const buffers = poisoned_buffers<Ordered>();
    auto const block = model_block_of<Ordered>(*buffers);
    for (std::int64_t row = 0; row < gemm.a.width; row += Tile::rows) {
      for (std::int64_t column = 0; column < gemm.b.width; column += Tile::columns) {
        gemm_tile<Ordered>(block, gemm, {.row = row, .column = column}, *buffers);
      }
    }
  });
}

template <class Tile, class Output, class Distribution>
void fill(GemmProblem<Tile, Output>& problem, Distribution distribution) {
  std::mt19937 generator(3);
  for (auto& value : problem.a) value = number<typename Tile::Instruction::Element>(distribution(generator));
  for (auto& value : problem.b) value = number<typename Tile::Instruction::Element>(distribution(generator));
}

template <class Tile, class Output, class Distribution>
void fill_and_run(GemmProblem<Tile, Output>& problem, Distribution distribution) {
  fill(problem, distribution);
  run_on_model<Tile>(problem.gemm());
}

// The reference of element (i, j), and the sum of its terms' magnitudes.
struct Sum {
  long double value = 0;
  long double magnitude = 0;
};
template <class Tile, class Output>
Sum reference(GemmProblem<Tile, Output>& problem, std::int64_t i, std::int64_t j) {
  auto const gemm = problem.gemm();
  Sum sum;
  for (std::int64_t p = 0; p < problem.shape.k; ++p) {
    long double const term = (long double)(value_of<Tile>(gemm.a, i, p)) * value_of<Tile>(gemm.b, j, p);
    sum.value += term;
    sum.magnitude += std::abs(term);
  }
  return sum;
}

}  // namespace hpcadvise::kernels
