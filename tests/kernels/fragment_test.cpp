// SPDX-License-Identifier: Apache-2.0
#include "kernels/fragment/fragment.hpp"

#include "tests/kernels/matrix_instructions.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <type_traits>
#include <utility>

using namespace hpcadvise::kernels;

namespace {

// Whether (lane, element) -> position takes each element of a rows x columns operand, and all equally often.
template <class PositionOf>
bool covers_evenly(PositionOf position_of, int lanes, int elements, int rows, int columns) {
  std::map<std::pair<int, int>, int> count;
  for (int lane = 0; lane < lanes; ++lane) {
    for (int element = 0; element < elements; ++element) {
      Position const at = position_of(lane, element);
      if (at.row < 0 || at.row >= rows || at.column < 0 || at.column >= columns) return false;
      ++count[{at.row, at.column}];
    }
  }
  return std::ranges::all_of(count, [&](auto const& each) { return each.second * rows * columns == lanes * elements; });
}

// Rows of A and columns of B with k running fastest; C row-major.
template <class Instruction>
struct Product {
  using Input = typename Instruction::Input;
  using Accumulator = typename Instruction::Accumulator;
  struct Sums {
    Accumulator at[Instruction::m][Instruction::n];
  };
  Input a[Instruction::m][Instruction::k] = {};
  Input b[Instruction::n][Instruction::k] = {};
  Sums c = {};

  template <class Distribution>
  void fill(Distribution distribution) {
    std::mt19937 generator(1);
    for (auto& row : a) {
      for (auto& value : row) value = number<Input>(distribution(generator));
    }
    for (auto& column : b) {
      for (auto& value : column) value = number<Input>(distribution(generator));
    }
    for (auto& row : c.at) {
      for (auto& value : row) value = number<Accumulator>(distribution(generator));
    }
  }

  Sums by_model() const {
    using Warp = ModelWarp<Instruction>;
    AFragment<Warp> a_fragment;
    BFragment<Warp> b_fragment;
    CFragment<Warp> c_fragment;
    load_a(Warp{}, a_fragment, &a[0][0], Instruction::k);
    load_b(Warp{}, b_fragment, &b[0][0], Instruction::k);
    Sums d = c;
    auto const each_c = [&](auto act) {
      for (int lane = 0; lane < Instruction::lanes; ++lane) {
        for (int element = 0; element < c_elements<Instruction>; ++element) {
          Position const at = Instruction::c_position(lane, element);
          act(c_fragment.held[lane].element[element], d.at[at.row][at.column]);
        }
      }
    };
    each_c([](Accumulator& in_register, Accumulator in_memory) { in_register = in_memory; });
    Warp::multiply_accumulate(c_fragment, a_fragment, b_fragment);
    each_c([](Accumulator in_register, Accumulator& in_memory) { in_memory = in_register; });
    return d;
  }
};

}  // namespace

TEMPLATE_LIST_TEST_CASE("The lanes of a warp hold each element of an operand, and as many of them each", "[fragment]",
                        Instructions) {
  constexpr int m = TestType::m, n = TestType::n, k = TestType::k, lanes = TestType::lanes;
  CHECK(covers_evenly(TestType::a_position, lanes, a_elements<TestType>, m, k));
  CHECK(covers_evenly(TestType::b_position, lanes, b_elements<TestType>, k, n));
  CHECK(covers_evenly(TestType::c_position, lanes, c_elements<TestType>, m, n));
}

TEST_CASE("A lane's own multiply-adds give what the model gives", "[fragment]") {
  using Warp = ModelWarp<FmaF32>;
  Product<FmaF32> product;
  product.fill(std::uniform_int_distribution<int>(-8, 8));
  AFragment<Warp> a;
  BFragment<Warp> b;
  CFragment<Warp> by_lanes = {}, by_model = {};
  load_a(Warp{}, a, &product.a[0][0], FmaF32::k);
  load_b(Warp{}, b, &product.b[0][0], FmaF32::k);
  for (int lane = 0; lane < FmaF32::lanes; ++lane)
    FmaF32::multiply_accumulate(by_lanes.held[lane], a.held[lane], b.held[lane]);
  Warp::multiply_accumulate(by_model, a, b);
  for (int lane = 0; lane < FmaF32::lanes; ++lane)
    CHECK(std::ranges::equal(by_lanes.held[lane].element, by_model.held[lane].element));
}

TEMPLATE_LIST_TEST_CASE("Elements that are loaded together follow each other along k", "[fragment]", Instructions) {
  for (int lane = 0; lane < TestType::lanes; ++lane) {
    for (int element = 0; element < a_elements<TestType>; ++element) {
      int const offset = element % TestType::adjacent;
      CHECK(TestType::a_position(lane, element).row == TestType::a_position(lane, element - offset).row);
      CHECK(TestType::a_position(lane, element).column % TestType::adjacent == offset);
    }
    for (int element = 0; element < b_elements<TestType>; ++element) {
      int const offset = element % TestType::adjacent;
      CHECK(TestType::b_position(lane, element).column == TestType::b_position(lane, element - offset).column);
      CHECK(TestType::b_position(lane, element).row % TestType::adjacent == offset);
    }
  }
}

TEMPLATE_LIST_TEST_CASE("An instruction on small integers is exact", "[fragment]", Instructions) {
  Product<TestType> product;
  product.fill(std::uniform_int_distribution<int>(-8, 8));
  auto const d = product.by_model();
  for (int i = 0; i < TestType::m; ++i) {
    for (int j = 0; j < TestType::n; ++j) {
      auto sum = product.c.at[i][j];
      for (int p = 0; p < TestType::k; ++p) sum += widened(product.a[i][p]) * widened(product.b[j][p]);
      CHECK(d.at[i][j] == sum);
    }
  }
}

TEMPLATE_LIST_TEST_CASE("An instruction on any numbers keeps to the bound of its sums", "[fragment]", Instructions) {
  Product<TestType> product;
  product.fill(AwayFromZero{});
  auto const d = product.by_model();
  double const unit = double(std::numeric_limits<typename TestType::Accumulator>::epsilon()) / 2;
  for (int i = 0; i < TestType::m; ++i) {
    for (int j = 0; j < TestType::n; ++j) {
      long double sum = product.c.at[i][j];
      long double magnitude = std::abs(sum);
      for (int p = 0; p < TestType::k; ++p) {
        long double const term = (long double)(widened(product.a[i][p])) * widened(product.b[j][p]);
        sum += term;
        magnitude += std::abs(term);
      }
      CHECK(std::abs(d.at[i][j] - sum) <= (TestType::k + 1) * unit * magnitude);
    }
  }
}

TEMPLATE_LIST_TEST_CASE("Subnormal numbers count, or are taken as zero where the device flushes them", "[fragment]",
                        Instructions) {
  using Input = typename TestType::Input;
  double const small = std::is_same_v<Input, Half> ? 0x1p-15 : std::is_same_v<Input, double> ? 0x1p-1030 : 0x1p-127;
  Product<TestType> product;
  product.a[0][0] = number<Input>(small);
  product.b[0][0] = number<Input>(4);
  CHECK(double(product.by_model().at[0][0]) == (TestType::flushes_subnormals ? 0 : 4 * small));
  // In the sum before.
  product.a[0][0] = number<Input>(0);
  product.c.at[0][0] = std::numeric_limits<typename TestType::Accumulator>::denorm_min();
  CHECK(double(product.by_model().at[0][0]) == (TestType::flushes_subnormals ? 0 : double(product.c.at[0][0])));
}

TEMPLATE_LIST_TEST_CASE("B is loaded alike with columns running fastest", "[fragment]", Instructions) {
  using Warp = ModelWarp<TestType>;
  constexpr int stride = TestType::n + 3;
  typename TestType::Input tile[TestType::k * stride] = {};
  for (int p = 0; p < TestType::k; ++p) {
    for (int j = 0; j < TestType::n; ++j) {
      tile[p * stride + j] = number<typename TestType::Input>(p * TestType::n + j);
    }
  }
  BFragment<Warp> b;
  load_row_major_b(Warp{}, b, tile, stride);
  for (int lane = 0; lane < TestType::lanes; ++lane) {
    for (int element = 0; element < b_elements<TestType>; ++element) {
      Position const at = TestType::b_position(lane, element);
      CHECK(double(widened(b.held[lane].element[element])) == at.row * TestType::n + at.column);
    }
  }
}

// PTX ISA, "Matrix Fragments for mma.m16n8k16 with floating point type", written as it is there.
TEST_CASE("mma.sync.m16n8k16 lies in registers as the PTX ISA says", "[fragment]") {
  using Instruction = MmaSyncM16N8K16<Half>;
  for (int lane = 0; lane < 32; ++lane) {
    int const group = lane >> 2;
    int const in_group = lane % 4;
    for (int i = 0; i < 8; ++i) {
      bool const upper = (0 <= i && i < 2) || (4 <= i && i < 6);
      CHECK(Instruction::a_position(lane, i).row == (upper ? group : group + 8));
      CHECK(Instruction::a_position(lane, i).column == in_group * 2 + (i & 1) + (i < 4 ? 0 : 8));
    }
    for (int i = 0; i < 4; ++i) {
      CHECK(Instruction::b_position(lane, i).row == in_group * 2 + (i & 1) + (i < 2 ? 0 : 8));
      CHECK(Instruction::b_position(lane, i).column == group);
      CHECK(Instruction::c_position(lane, i).row == (i < 2 ? group : group + 8));
      CHECK(Instruction::c_position(lane, i).column == in_group * 2 + (i & 1));
    }
  }
}

// The same, "ldmatrix": of the row whose address lane 8 i + r gives, the lanes from 4 r on get two elements each, in
// their register i. Of a transposed matrix they get a column, of two rows.
TEST_CASE("ldmatrix loads what mma.sync.m16n8k16 holds", "[fragment]") {
  using Instruction = MmaSyncM16N8K16<BFloat16>;
  for (int lane = 0; lane < 32; ++lane) {
    for (int element = 0; element < 8; ++element) {
      int const matrix = element / 2;
      Position const row = Instruction::a_row(8 * matrix + lane / 4);
      Position const held = Instruction::a_position(lane, element);
      CHECK((held.row == row.row && held.column == row.column + 2 * (lane % 4) + element % 2));
    }
    for (int element = 0; element < 4; ++element) {
      int const matrix = element / 2;
      Position const held = Instruction::b_position(lane, element);
      Position const column = Instruction::b_column(8 * matrix + lane / 4);
      CHECK((held.column == column.column && held.row == column.row + 2 * (lane % 4) + element % 2));
      Position const row = Instruction::b_row(8 * matrix + 2 * (lane % 4) + element % 2);
      CHECK((held.row == row.row && held.column == row.column + lane / 4));
    }
    for (int element = 0; element < 8; ++element) {
      int const matrix = element / 2;
      Position held = Instruction::b_position(lane, element % 4);
      held.column += element / 4 * Instruction::n;
      Position const column = Instruction::two_b_column(8 * matrix + lane / 4);
      CHECK((held.column == column.column && held.row == column.row + 2 * (lane % 4) + element % 2));
      Position const row = Instruction::two_b_row(8 * matrix + 2 * (lane % 4) + element % 2);
      CHECK((held.row == row.row && held.column == row.column + lane / 4));
    }
  }
}

// The same, "mma.m16n8k8" with .tf32, "mma.m8n8k4" and "mma.m16n8k4" with .f64.
TEST_CASE("mma.sync of tf32 and of fp64 lie in registers as the PTX ISA says", "[fragment]") {
  for (int lane = 0; lane < 32; ++lane) {
    int const group = lane >> 2;
    int const in_group = lane % 4;
    for (int i = 0; i < 4; ++i) {
      using Tf32Instruction = MmaSyncM16N8K8Tf32;
      CHECK(Tf32Instruction::a_position(lane, i).row == (i == 0 || i == 2 ? group : group + 8));
      CHECK(Tf32Instruction::a_position(lane, i).column == (i < 2 ? in_group : in_group + 4));
      CHECK(Tf32Instruction::c_position(lane, i).row == (i < 2 ? group : group + 8));
      CHECK(Tf32Instruction::c_position(lane, i).column == in_group * 2 + (i & 1));
    }
    for (int i = 0; i < 2; ++i) {
      CHECK(MmaSyncM16N8K8Tf32::b_position(lane, i).row == (i == 0 ? in_group : in_group + 4));
      CHECK(MmaSyncM16N8K8Tf32::b_position(lane, i).column == group);
      CHECK(MmaSyncM8N8K4F64::c_position(lane, i).row == group);
      CHECK(MmaSyncM8N8K4F64::c_position(lane, i).column == in_group * 2 + i);
    }
    CHECK(MmaSyncM8N8K4F64::a_position(lane, 0).row == group);
    CHECK(MmaSyncM8N8K4F64::a_position(lane, 0).column == in_group);
    CHECK(MmaSyncM8N8K4F64::b_position(lane, 0).row == in_group);
    CHECK(MmaSyncM8N8K4F64::b_position(lane, 0).column == group);
    for (int i = 0; i < 4; ++i) {
      CHECK(MmaSyncM16N8K4F64::c_position(lane, i).row == (i < 2 ? group : group + 8));
      CHECK(MmaSyncM16N8K4F64::c_position(lane, i).column == in_group * 2 + (i & 1));
    }
    CHECK(MmaSyncM16N8K4F64::a_position(lane, 0).row == group);
    CHECK(MmaSyncM16N8K4F64::a_position(lane, 1).row == group + 8);
    CHECK(MmaSyncM16N8K4F64::a_position(lane, 1).column == in_group);
    CHECK(MmaSyncM16N8K4F64::b_position(lane, 0).row == in_group);
    CHECK(MmaSyncM16N8K4F64::b_position(lane, 0).column == group);
  }
}

// AMD Matrix Instruction Calculator, --architecture cdna2 --detail-instruction: from an element to its lane and
// register, the other way round than in the code. Two 16-bit elements share a register.
TEST_CASE("MFMA of 16-bit numbers lies in registers as AMD's calculator says", "[fragment]") {
  auto const agrees = [](auto instruction) {
    using Instruction = decltype(instruction);
    constexpr int extent = Instruction::m;
    for (int i = 0; i < extent; ++i) {
      for (int k = 0; k < Instruction::k; ++k) {
        int const lane = extent * (k / 4) + i;
        int const gpr = k / 2 % 2;
        Position const a = Instruction::a_position(lane, 2 * gpr + k % 2);
        Position const b = Instruction::b_position(lane, 2 * gpr + k % 2);
        CHECK((a.row == i && a.column == k));
        CHECK((b.row == k && b.column == i));
      }
      for (int j = 0; j < extent; ++j) {
        int const gpr = extent == 32 ? 4 * (i / 8) + i % 4 : i % 4;
        int const lane = extent == 32 ? 32 * (i / 4) % 64 + j : 16 * (i / 4) + j;
        Position const c = Instruction::c_position(lane, gpr);
        CHECK((c.row == i && c.column == j));
      }
    }
  };
  agrees(MfmaF32<32, Half>{});
  agrees(MfmaF32<16, BFloat16>{});
  // Asked with --get-register for D[5][6]: v1, lanes 38 and 22.
  CHECK(MfmaF32<32, Half>::c_position(38, 1).row == 5);
  CHECK(MfmaF32<16, Half>::c_position(22, 1).row == 5);
}

TEST_CASE("MFMA of fp64 lies in registers as AMD's calculator says", "[fragment]") {
  for (int i = 0; i < 16; ++i) {
    for (int k = 0; k < 4; ++k) {
      Position const a = MfmaF64::a_position(16 * k + i, 0);
      Position const b = MfmaF64::b_position(16 * k + i, 0);
      CHECK((a.row == i && a.column == k));
      CHECK((b.row == k && b.column == i));
    }
    for (int j = 0; j < 16; ++j) {
      Position const c = MfmaF64::c_position(16 * (i % 4) + j, i / 4);
      CHECK((c.row == i && c.column == j));
    }
  }
  // Asked for D[5][6]: v[3:2], the second double, of lane 22.
  CHECK(MfmaF64::c_position(22, 1).row == 5);
}
