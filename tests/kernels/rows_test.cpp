// SPDX-License-Identifier: Apache-2.0
#include "kernels/fragment/rows.hpp"

#include "tests/kernels/matrix_instructions.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <tuple>

using namespace hpcadvise::kernels;

namespace {

using RowInstructions = std::tuple<MmaSyncM16N8K16<Half>, MmaSyncM16N8K16<BFloat16>, Transposed<MfmaF32<32, Half>>,
                                   Transposed<MfmaF32<16, BFloat16>>, Stacked<MmaSyncM16N8K16<Half>, 2>,
                                   Stacked<Transposed<MfmaF32<16, Half>>, 3>>;

// Four C fragments beside each other that hold f(row, column).
template <class Instruction, class Function>
struct Strip {
  using Warp = ModelWarp<Instruction>;
  CFragment<Warp> at[4];

  explicit Strip(Function f) {
    for (int fragment = 0; fragment < 4; ++fragment) {
      for (int lane = 0; lane < Instruction::lanes; ++lane) {
        for (int element = 0; element < c_elements<Instruction>; ++element) {
          Position const place = Instruction::c_position(lane, element);
          at[fragment].held[lane].element[element] = f(place.row, fragment * Instruction::n + place.column);
        }
      }
    }
  }
};

}  // namespace

TEST_CASE("An accumulator of MFMA becomes the A of the next product only when transposed", "[fragment]") {
  CHECK_FALSE(has_rows<MfmaF32<32, Half>>);
  CHECK_FALSE(has_rows<MfmaF32<16, Half>>);
  CHECK(has_rows<Transposed<MfmaF32<32, Half>>>);
  CHECK(has_rows<Transposed<MfmaF32<16, Half>>>);
  CHECK(has_rows<MmaSyncM16N8K16<Half>>);
  CHECK_FALSE(has_rows<Transposed<MmaSyncM16N8K16<Half>>>);
  CHECK_FALSE(has_rows<MmaSyncM16N8K8Tf32>);
}

TEST_CASE("The lanes that share a row are those of the PTX ISA and of AMD's calculator", "[fragment]") {
  CHECK(rows_per_lane<MmaSyncM16N8K16<Half>> == 2);  // row lane / 4, and 8 below
  CHECK(row_of<MmaSyncM16N8K16<Half>>(13, 1) == 11);
  CHECK(share_rows<MmaSyncM16N8K16<Half>>(2));
  CHECK_FALSE(share_rows<MmaSyncM16N8K16<Half>>(4));
  CHECK(rows_per_lane<Transposed<MfmaF32<16, Half>>> == 1);  // row lane % 16
  CHECK(share_rows<Transposed<MfmaF32<16, Half>>>(16));
  CHECK_FALSE(share_rows<Transposed<MfmaF32<16, Half>>>(8));
}

TEMPLATE_LIST_TEST_CASE("Every lane gets the sum and the largest of its rows", "[fragment]", RowInstructions) {
  using Warp = ModelWarp<TestType>;
  auto const f = [](int row, int column) { return float((row * 7 + column * 5) % 23 - 11); };
  Strip<TestType, decltype(f)> const strip(f);
  RowNumbers<Warp> sum = {}, largest;
  for (int lane = 0; lane < TestType::lanes; ++lane) {
    for (int run = 0; run < rows_per_lane<TestType>; ++run) largest.held[lane].element[run] = -100;
    for (int element = 0; element < c_elements<TestType>; ++element) {
      int const run = element / row_elements<TestType>;
      float const value = strip.at[0].held[lane].element[element];
      sum.held[lane].element[run] += value;
      largest.held[lane].element[run] = std::max(largest.held[lane].element[run], value);
    }
  }
  reduce_over_lanes(Warp{}, sum, Plus{});
  reduce_over_lanes(Warp{}, largest, Larger{});
  for (int lane = 0; lane < TestType::lanes; ++lane) {
    for (int run = 0; run < rows_per_lane<TestType>; ++run) {
      int const row = row_of<TestType>(lane, run);
      float expected_sum = 0;
      float expected_largest = -100;
      for (int column = 0; column < TestType::n; ++column) {
        expected_sum += f(row, column);
        expected_largest = std::max(expected_largest, f(row, column));
      }
      CHECK(sum.held[lane].element[run] == expected_sum);
      CHECK(largest.held[lane].element[run] == expected_largest);
    }
  }
}

TEMPLATE_LIST_TEST_CASE("Accumulators become the A of the next product without leaving their lanes", "[fragment]",
                        RowInstructions) {
  using Warp = ModelWarp<TestType>;
  auto const f = [](int row, int column) { return float(row) - 2 * float(column); };  // exact in 8 bits
  Strip<TestType, decltype(f)> const strip(f);
  for (int step = 0; step < 4 * TestType::n / TestType::k; ++step) {
    AFragment<Warp> const a = a_of_c<Warp>(strip.at, step);
    for (int lane = 0; lane < TestType::lanes; ++lane) {
      for (int element = 0; element < a_elements<TestType>; ++element) {
        Position const place = TestType::a_position(lane, element);
        CHECK(widened(a.held[lane].element[element]) == f(place.row, step * TestType::k + place.column));
      }
    }
  }
}
