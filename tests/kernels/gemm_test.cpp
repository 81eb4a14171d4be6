// SPDX-License-Identifier: Apache-2.0
#include "kernels/gemm.hpp"

#include "kernels/vendor_blas.hpp"
#include "tests/kernels/simd_target.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <tuple>

using namespace hpcadvise::kernels;

namespace {

using Space = Kokkos::DefaultHostExecutionSpace;

template <class Scalar>
Matrix<Scalar> random_matrix(std::string const& label, std::int64_t rows, std::int64_t columns, unsigned seed) {
  Matrix<Scalar> const matrix(label, std::size_t(rows), std::size_t(columns));
  std::mt19937 generator(seed);
  std::uniform_real_distribution<Scalar> distribution(-1, 1);
  for (std::size_t i = 0; i < matrix.size(); ++i) matrix.data()[i] = distribution(generator);
  return matrix;
}

template <class Scalar>
struct Problem {
  GemmShape shape;
  Transpose a_op;
  Transpose b_op;
  Matrix<Scalar> a;
  Matrix<Scalar> b;
  Matrix<Scalar> c;  // poisoned: what is left of it is not a number

  Problem(GemmShape extents, Transpose a_operation, Transpose b_operation)
      : shape(extents),
        a_op(a_operation),
        b_op(b_operation),
        a(a_op == Transpose::no ? random_matrix<Scalar>("a", shape.m, shape.k, 1)
                                : random_matrix<Scalar>("a", shape.k, shape.m, 1)),
        b(b_op == Transpose::no ? random_matrix<Scalar>("b", shape.k, shape.n, 2)
                                : random_matrix<Scalar>("b", shape.n, shape.k, 2)),
        c("c", std::size_t(shape.m), std::size_t(shape.n)) {
    Kokkos::deep_copy(c, std::numeric_limits<Scalar>::quiet_NaN());
  }

  double a_at(std::int64_t i, std::int64_t p) const { return double(a_op == Transpose::no ? a(i, p) : a(p, i)); }
  double b_at(std::int64_t p, std::int64_t j) const { return double(b_op == Transpose::no ? b(p, j) : b(j, p)); }
};

// The largest |C - reference| over the bound k u sum |a||b| of a sum of k products in any order, where u is half of
// epsilon (Higham 2002, Accuracy and Stability of Numerical Algorithms, 3.5). At most 1, or a NaN.
template <class Scalar>
double worst_error(Problem<Scalar> const& problem) {
  double const unit = double(std::numeric_limits<Scalar>::epsilon()) / 2;
  double worst = 0;
  for (std::int64_t i = 0; i < problem.shape.m; ++i) {
    for (std::int64_t j = 0; j < problem.shape.n; ++j) {
      double sum = 0;
      double magnitude = 0;
      for (std::int64_t p = 0; p < problem.shape.k; ++p) {
        double const product = problem.a_at(i, p) * problem.b_at(p, j);
        sum += product;
        magnitude += std::abs(product);
      }
      // The fp64 reference has the same bound, so the distance may be twice it; and the smallest sum may be 0.
      double const bound = 2 * double(problem.shape.k + 1) * unit * magnitude + std::numeric_limits<double>::min();
      double const error = std::abs(double(problem.c(i, j)) - sum) / bound;
      if (!(error <= worst)) worst = error;
      if (std::isnan(worst)) return worst;
    }
  }
  return worst;
}

template <class Scalar>
void run(Problem<Scalar> const& problem, GemmWorkspace& workspace) {
  Space const space;
  gemm(space, problem.a_op, problem.b_op, Matrix<Scalar const>(problem.a), Matrix<Scalar const>(problem.b), problem.c,
       workspace);
  space.fence();
}

constexpr Transpose both[] = {Transpose::no, Transpose::yes};

}  // namespace

TEMPLATE_TEST_CASE("GEMM is right for every shape, transpose and SIMD target", "[gemm]", float, double) {
  auto const target = GENERATE(from_range(simd_targets()));
  SimdTarget const chosen(target);
  INFO("SIMD target " << chosen.name());
  GemmWorkspace workspace;
  for (std::int64_t const m : {1, 5, 12, 17, 65}) {
    for (std::int64_t const n : {1, 7, 32, 63, 65}) {
      for (std::int64_t const k : {1, 2, 33}) {
        for (Transpose const a_op : both) {
          for (Transpose const b_op : both) {
            Problem<TestType> const problem({m, n, k}, a_op, b_op);
            run(problem, workspace);
            INFO(m << " x " << n << " x " << k << " transposed " << int(a_op) << int(b_op));
            REQUIRE(worst_error(problem) <= 1);
          }
        }
      }
    }
  }
}

TEMPLATE_TEST_CASE("GEMM is right across the edges of its blocks", "[gemm]", float, double) {
  // Beyond a tile of 384, beyond a packed width of 2048, and beyond packed depths of 1024 (fp64) and 2048 (fp32).
  auto const shape =
      GENERATE(GemmShape{257, 401, 33}, GemmShape{2049, 17, 13}, GemmShape{13, 2061, 9}, GemmShape{7, 35, 2100});
  auto const a_op = GENERATE(Transpose::no, Transpose::yes);
  auto const b_op = GENERATE(Transpose::no, Transpose::yes);
  Problem<TestType> const problem(shape, a_op, b_op);
  GemmWorkspace workspace;
  run(problem, workspace);
  CHECK(worst_error(problem) <= 1);
}

TEMPLATE_TEST_CASE("GEMM over an empty sum is zero, and of an empty matrix is nothing", "[gemm]", float, double) {
  GemmWorkspace workspace;
  Problem<TestType> const empty_sum({3, 5, 0}, Transpose::no, Transpose::no);
  run(empty_sum, workspace);
  for (std::size_t i = 0; i < empty_sum.c.size(); ++i) CHECK(empty_sum.c.data()[i] == TestType{0});

  for (GemmShape const shape : {GemmShape{0, 4, 4}, GemmShape{4, 0, 4}, GemmShape{0, 0, 0}}) {
    Problem<TestType> const empty(shape, Transpose::no, Transpose::no);
    CHECK_NOTHROW(run(empty, workspace));
  }
}

TEMPLATE_TEST_CASE("GEMM writes C and nothing beside it", "[gemm]", float, double) {
  Problem<TestType> const problem({13, 31, 5}, Transpose::no, Transpose::no);
  // A taller matrix around C: its rows above and below keep their value.
  Matrix<TestType> const around("around", 15, 31);
  Kokkos::deep_copy(around, TestType{7});
  Matrix<TestType> const inside(around.data() + 31, 13, 31);
  Space const space;
  gemm(space, Transpose::no, Transpose::no, Matrix<TestType const>(problem.a), Matrix<TestType const>(problem.b),
       inside);
  space.fence();
  for (std::size_t j = 0; j < 31; ++j) {
    CHECK(around(0, j) == TestType{7});
    CHECK(around(14, j) == TestType{7});
    CHECK(around(1, j) != TestType{7});
  }
}

TEMPLATE_TEST_CASE("The vendor's GEMM has the same contract", "[gemm][vendor]", float, double) {
  auto const vendors = vendor_blases();
  if (vendors.empty()) SKIP("built without a BLAS");
  CHECK_FALSE(vendors[0].name.empty());
  CHECK_FALSE(vendors[0].version.empty());
  Space const space;
  for (GemmShape const shape : {GemmShape{17, 33, 65}, GemmShape{1, 1, 1}, GemmShape{5, 3, 0}}) {
    for (Transpose const a_op : both) {
      for (Transpose const b_op : both) {
        Problem<TestType> const problem(shape, a_op, b_op);
        VendorWorkspace workspace{.library = vendors[0].name};
        vendor_gemm(space, a_op, b_op, Matrix<TestType const>(problem.a), Matrix<TestType const>(problem.b), problem.c,
                    workspace);
        space.fence();
        CHECK(worst_error(problem) <= 1);
      }
    }
  }
}

TEST_CASE("GEMM's work is counted as the field counts it", "[gemm]") {
  CHECK(gemm_flops({2, 3, 4}) == 48);
  // 2 x 4 and 4 x 3 read, 2 x 3 written: 26 elements.
  CHECK(gemm_compulsory_bytes({2, 3, 4}, 8, 8) == 208);
  CHECK(gemm_compulsory_bytes({2, 3, 4}, 1, 2) == 32);  // 20 bytes of fp8, 6 elements of bf16
  CHECK(gemm_flops({2, 3, 0}) == 0);
}
