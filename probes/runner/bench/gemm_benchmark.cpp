// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/bench/gemm_benchmark.hpp"

#include "kernels/gemm.hpp"
#include "kernels/vendor_blas.hpp"
#include "probes/runner/bench/paired_ratio.hpp"
#include "probes/runner/inputs.hpp"
#include "profiles/error.hpp"

namespace hpcadvise::probes::runner {
namespace {

using Space = Kokkos::DefaultHostExecutionSpace;
using kernels::Matrix;
using kernels::Transpose;

template <class Scalar>
class SquareGemm {
 public:
  explicit SquareGemm(std::int64_t n)
      : shape_{n, n, n},
        a_("hpcadvise::bench::a", 1, n * n),
        b_("hpcadvise::bench::b", 1, n * n),
        c_("hpcadvise::bench::c", 1, n * n) {
    fill_random(space_, a_.all(), 1);
    fill_random(space_, b_.all(), 2);
    fill_random(space_, c_.all(), 3);
  }

  void ours() {
    kernels::gemm(space_, Transpose::no, Transpose::no, matrix<Scalar const>(a_), matrix<Scalar const>(b_),
                  matrix<Scalar>(c_), workspace_);
    space_.fence();
  }

  void vendor() {
    kernels::vendor_gemm(space_, Transpose::no, Transpose::no, matrix<Scalar const>(a_), matrix<Scalar const>(b_),
                         matrix<Scalar>(c_), vendor_workspace_);
    space_.fence();
  }

  double flops() const { return kernels::gemm_flops(shape_); }

 private:
  template <class Element>
  Matrix<Element> matrix(Buffers<Scalar> const& buffers) const {
    return Matrix<Element>(buffers.set(0), std::size_t(shape_.m), std::size_t(shape_.n));
  }

  Space space_;
  kernels::GemmShape shape_;
  Buffers<Scalar> a_;
  Buffers<Scalar> b_;
  Buffers<Scalar> c_;
  kernels::GemmWorkspace workspace_;
  kernels::VendorWorkspace vendor_workspace_;
};

template <class Scalar>
BenchmarkResult vs_blas(std::int64_t n) {
  auto const vendors = kernels::vendor_blases();
  if (vendors.empty())
    throw profiles::MachineError("built without a BLAS to compare with", "Install OpenBLAS and configure again.");
  SquareGemm<Scalar> gemm(n);
  return paired_ratio([&] { gemm.ours(); }, [&] { gemm.vendor(); }, vendors[0].name + ' ' + vendors[0].version);
}

template <class Scalar>
BenchmarkResult flops_per_s(std::int64_t n) {
  SquareGemm<Scalar> gemm(n);
  return rate(gemm.flops(), "flops_per_s", [&] { gemm.ours(); }, {.max_total_s = 2});
}

}  // namespace

BenchmarkResult gemm_fp32_vs_blas(std::int64_t n) { return vs_blas<float>(n); }
BenchmarkResult gemm_fp64_vs_blas(std::int64_t n) { return vs_blas<double>(n); }
BenchmarkResult gemm_fp32_rate(std::int64_t n) { return flops_per_s<float>(n); }
BenchmarkResult gemm_fp64_rate(std::int64_t n) { return flops_per_s<double>(n); }

}  // namespace hpcadvise::probes::runner
