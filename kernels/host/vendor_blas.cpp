// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor_blas.hpp"

#if HPCADVISE_HAVE_BLAS
#include <cblas.h>
#endif

#include <algorithm>
#include <limits>
#include <string_view>

namespace hpcadvise::kernels {
namespace {

#if HPCADVISE_HAVE_BLAS && defined(OPENBLAS_VERSION)

// "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH USE_OPENMP SkylakeX MAX_THREADS=128": the second word.
std::vector<VendorLibrary> identify() {
  std::string_view config = openblas_get_config();
  config.remove_prefix(std::min(config.find(' ') + 1, config.size()));
  return {{.name = "openblas",
           .version = std::string(config.substr(0, config.find(' '))) + ' ' + openblas_get_corename(),
           .problem = {}}};
}

// OpenBLAS on OpenMP changes OpenMP's own number of threads with its own, so it is put back.
class ThreadCount {
 public:
  explicit ThreadCount(int count) : before_(openblas_get_num_threads()), changed_(before_ != count) {
    if (changed_) openblas_set_num_threads(count);
  }
  ~ThreadCount() {
    if (changed_) openblas_set_num_threads(before_);
  }
  ThreadCount(ThreadCount const&) = delete;
  ThreadCount& operator=(ThreadCount const&) = delete;

 private:
  int before_;
  bool changed_;
};

#elif HPCADVISE_HAVE_BLAS

std::vector<VendorLibrary> identify() { return {{.name = "cblas", .version = "unknown", .problem = {}}}; }

struct ThreadCount {
  explicit ThreadCount(int) {}
};

#else

std::vector<VendorLibrary> identify() { return {}; }

#endif

#if HPCADVISE_HAVE_BLAS

void call(CBLAS_TRANSPOSE a_op, CBLAS_TRANSPOSE b_op, int m, int n, int k, float const* a, int a_stride, float const* b,
          int b_stride, float* c, int c_stride) {
  cblas_sgemm(CblasRowMajor, a_op, b_op, m, n, k, 1, a, a_stride, b, b_stride, 0, c, c_stride);
}

void call(CBLAS_TRANSPOSE a_op, CBLAS_TRANSPOSE b_op, int m, int n, int k, double const* a, int a_stride,
          double const* b, int b_stride, double* c, int c_stride) {
  cblas_dgemm(CblasRowMajor, a_op, b_op, m, n, k, 1, a, a_stride, b, b_stride, 0, c, c_stride);
}

template <class View>
int row_stride(View const& view) {
  return std::max(1, int(view.stride(0)));  // BLAS refuses 0, which an empty matrix has
}

template <class Scalar>
void multiply(Space const& space, Transpose a_op, Transpose b_op, Matrix<Scalar const> const& a,
              Matrix<Scalar const> const& b, Matrix<Scalar> const& c) {
  for (auto const extent : {a.extent(0), a.extent(1), b.extent(0), b.extent(1), c.extent(0), c.extent(1)}) {
    KOKKOS_EXPECTS(extent <= std::size_t(std::numeric_limits<int>::max()));
    static_cast<void>(extent);
  }
  auto const operation = [](Transpose op) { return op == Transpose::no ? CblasNoTrans : CblasTrans; };
  space.fence();  // what is enqueued before may write A or B
  ThreadCount const threads(int(space.concurrency()));
  call(operation(a_op), operation(b_op), c.extent_int(0), c.extent_int(1), a.extent_int(a_op == Transpose::no ? 1 : 0),
       a.data(), row_stride(a), b.data(), row_stride(b), c.data(), row_stride(c));
}

#else

template <class Scalar>
void multiply(Space const&, Transpose, Transpose, Matrix<Scalar const> const&, Matrix<Scalar const> const&,
              Matrix<Scalar> const&) {
  Kokkos::abort("hpcadvise: vendor_gemm() called in a build without a BLAS");
}

#endif

}  // namespace

std::vector<VendorLibrary> vendor_blases() { return identify(); }

void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
                 Matrix<float> c, VendorWorkspace&) {
  multiply<float>(space, a_op, b_op, a, b, c);
}

void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<double const> a, Matrix<double const> b,
                 Matrix<double> c, VendorWorkspace&) {
  multiply<double>(space, a_op, b_op, a, b, c);
}

}  // namespace hpcadvise::kernels
