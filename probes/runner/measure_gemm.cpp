// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/measure_gemm.hpp"

#include "kernels/gemm.hpp"
#include "kernels/vendor_blas.hpp"
#include "probes/runner/available_memory.hpp"
#include "probes/runner/gemm_check.hpp"
#include "probes/runner/inputs.hpp"
#include "probes/runner/request.hpp"

#include <functional>
#include <limits>

namespace hpcadvise::probes::runner {
namespace {

using kernels::Matrix;
using kernels::Transpose;

template <class Scalar>
using Gemm =
    std::function<void(Space const&, Transpose, Transpose, Matrix<Scalar const>, Matrix<Scalar const>, Matrix<Scalar>)>;

template <class Scalar>
Gemm<Scalar> gemm_of(std::string const& provider) {
  if (provider == "kokkos")  // keeps its workspace from call to call, as a framework keeps its own
    return [workspace = kernels::GemmWorkspace{}](Space const& space, Transpose a_op, Transpose b_op,
                                                  Matrix<Scalar const> const& a, Matrix<Scalar const> const& b,
                                                  Matrix<Scalar> const& c) mutable {
      kernels::gemm(space, a_op, b_op, a, b, c, workspace);
    };
  auto const vendor = kernels::vendor_blas();
  if (vendor && vendor->name == provider)
    return [](Space const& space, Transpose a_op, Transpose b_op, Matrix<Scalar const> const& a,
              Matrix<Scalar const> const& b,
              Matrix<Scalar> const& c) { kernels::vendor_gemm(space, a_op, b_op, a, b, c); };
  throw RequestError("this runner has no provider " + provider + " of gemm");
}

Transpose transpose_of(SampleRequest const& request, std::string_view name) {
  return flag_of(request, name) ? Transpose::yes : Transpose::no;
}

template <class Scalar>
void measure_precision(SampleRequest const& request, Context const& context, profiles::Sample& sample) {
  auto const gemm = gemm_of<Scalar>(request.provider);
  std::int64_t const m = extent_of(request, "m");
  std::int64_t const n = extent_of(request, "n");
  std::int64_t const k = extent_of(request, "k");
  kernels::GemmShape const shape{m, n, k};
  auto const a_op = transpose_of(request, "a_transposed");
  auto const b_op = transpose_of(request, "b_transposed");
  auto const& space = context.space;

  double const set_bytes = kernels::gemm_compulsory_bytes(shape, sizeof(Scalar));
  require_memory(set_bytes);
  auto const sets = cold_set_count(set_bytes);
  Buffers<Scalar> const a_buffers("hpcadvise::gemm::a", sets, m * k);
  Buffers<Scalar> const b_buffers("hpcadvise::gemm::b", sets, k * n);
  Buffers<Scalar> const c_buffers("hpcadvise::gemm::c", sets, m * n);
  fill_random(space, a_buffers.all(), 1);
  fill_random(space, b_buffers.all(), 2);
  poison(space, c_buffers.all());

  auto const a = [&](auto set) {
    return Matrix<Scalar const>(a_buffers.set(set), std::size_t(a_op == Transpose::no ? m : k),
                                std::size_t(a_op == Transpose::no ? k : m));
  };
  auto const b = [&](auto set) {
    return Matrix<Scalar const>(b_buffers.set(set), std::size_t(b_op == Transpose::no ? k : n),
                                std::size_t(b_op == Transpose::no ? n : k));
  };
  auto const c = [&](auto set) { return Matrix<Scalar>(c_buffers.set(set), std::size_t(m), std::size_t(n)); };

  gemm(space, a_op, b_op, a(0), b(0), c(0));
  space.fence();
  double const error = gemm_relative_error(space, a_op, b_op, a(0), b(0), c(0));
  if (!accept(sample, error, gemm_error_bound(std::numeric_limits<Scalar>::epsilon() / 2, k))) return;

  std::int64_t call = 0;
  time_into(sample, context, request, [&] {
    auto const set = ++call % sets;
    gemm(space, a_op, b_op, a(set), b(set), c(set));
    space.fence();
  });
  sample.work_flops = kernels::gemm_flops(shape);
  sample.work_bytes = set_bytes;
  add_rate(sample, "flops_per_s", sample.work_flops);
  add_rate(sample, "bytes_per_s", sample.work_bytes);
}

}  // namespace

void measure_gemm(SampleRequest const& request, Context const& context, profiles::Sample& sample) {
  switch (precision_of(request)) {
    case profiles::Precision::fp32: return measure_precision<float>(request, context, sample);
    case profiles::Precision::fp64: return measure_precision<double>(request, context, sample);
    default: throw RequestError("gemm on the host knows fp32 and fp64, not " + word_of(request, "precision"));
  }
}

}  // namespace hpcadvise::probes::runner
