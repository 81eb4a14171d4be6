// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/measure_gemm.hpp"

#include "kernels/gemm.hpp"
#include "kernels/vendor_blas.hpp"
#include "probes/runner/available_memory.hpp"
#include "probes/runner/fastest_of.hpp"
#include "probes/runner/gemm_check.hpp"
#include "probes/runner/host_copy.hpp"
#include "probes/runner/inputs.hpp"
#include "probes/runner/request.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace hpcadvise::probes::runner {
namespace {

using kernels::Matrix;
using kernels::Transpose;
using profiles::Precision;

template <class Element, class Result>
using Gemm = std::function<void(Space const&, Transpose, Transpose, Matrix<Element const> const&,
                                Matrix<Element const> const&, Matrix<Result> const&)>;

// Keeps its workspace from call to call, as a framework keeps its own. `tile` is one of kernels::gemm_tile_names.
template <class Element>
Gemm<Element, Element> own_gemm([[maybe_unused]] Precision precision, int tile) {
  return [=, workspace = kernels::GemmWorkspace{.memory = {}, .tile = tile}](
             Space const& space, Transpose a_op, Transpose b_op, Matrix<Element const> const& a,
             Matrix<Element const> const& b, Matrix<Element> const& c) mutable {
    if constexpr (kernels::on_device && std::is_same_v<Element, float>) {
      if (precision == Precision::tf32) return kernels::gemm_tf32(space, a_op, b_op, a, b, c, workspace);
    }
    kernels::gemm(space, a_op, b_op, a, b, c, workspace);
  };
}

template <class Element, class Result>
Gemm<Element, Result> vendor_gemm(std::string const& library, [[maybe_unused]] Precision precision) {
  return [=, workspace = kernels::VendorWorkspace{.library = library}](
             Space const& space, Transpose a_op, Transpose b_op, Matrix<Element const> const& a,
             Matrix<Element const> const& b, Matrix<Result> const& c) mutable {
    if constexpr (kernels::on_device && std::is_same_v<Element, float>) {
      if (precision == Precision::tf32) return kernels::vendor_gemm_tf32(space, a_op, b_op, a, b, c, workspace);
    }
    kernels::vendor_gemm(space, a_op, b_op, a, b, c, workspace);
  };
}

template <class Element, class Result>
Gemm<Element, Result> gemm_of(std::string const& provider, Precision precision) {
  if constexpr (std::is_same_v<Element, Result>) {
    if (provider == "kokkos") return own_gemm<Element>(precision, 0);
  }
  for (auto const& vendor : kernels::vendor_blases())
    if (vendor.name == provider && vendor.problem.empty()) return vendor_gemm<Element, Result>(provider, precision);
  throw RequestError("this runner has no provider " + provider + " of gemm in " +
                     std::string(profiles::to_string(precision)));
}

std::vector<std::string> tile_names(std::string const& provider, Precision precision) {
  using enum kernels::GemmFormat;
  if (provider != "kokkos") return {};
  switch (precision) {
    case Precision::fp64: return kernels::gemm_tile_names(fp64);
    case Precision::fp32: return kernels::gemm_tile_names(fp32);
    case Precision::tf32: return kernels::gemm_tile_names(tf32);
    case Precision::fp16: return kernels::gemm_tile_names(fp16);
    case Precision::bf16: return kernels::gemm_tile_names(bf16);
    default: return {};
  }
}

// Half of the distance from 1 to the next number; 16-bit and tf32 operands are summed up in fp32. Of sums in fp8 sm_90
// keeps about 14 bits (DeepSeek-V3 technical report 2024, arXiv 2412.19437, 3.3.2), and the result is in bf16.
GemmRounding rounding_of(Precision precision) {
  constexpr double fp64 = 0x1p-53, fp32 = 0x1p-24, fp16 = 0x1p-11, bf16 = 0x1p-8;
  switch (precision) {
    case Precision::fp64: return {.sums = fp64};
    case Precision::tf32: return {.operands = fp16, .sums = fp32};  // as many digits as fp16
    case Precision::fp16: return {.sums = fp32, .result = fp16};
    case Precision::bf16: return {.sums = fp32, .result = bf16};
    case Precision::fp8: return {.sums = 0x1p-14, .result = bf16};
    default: return {.sums = fp32};
  }
}

Transpose transpose_of(SampleRequest const& request, std::string_view name) {
  return flag_of(request, name) ? Transpose::yes : Transpose::no;
}

template <class Element, class Result = Element>
std::optional<ReadyGemm> ready_elements(SampleRequest const& request, Context const& context,
                                        profiles::Sample& sample) {
  auto const precision = precision_of(request);
  auto gemm = gemm_of<Element, Result>(request.provider, precision);
  std::int64_t const m = extent_of(request, "m");
  std::int64_t const n = extent_of(request, "n");
  std::int64_t const k = extent_of(request, "k");
  kernels::GemmShape const shape{m, n, k};
  auto const a_op = transpose_of(request, "a_transposed");
  auto const b_op = transpose_of(request, "b_transposed");
  auto const space = context.space;

  double const set_bytes = kernels::gemm_compulsory_bytes(shape, sizeof(Element), sizeof(Result));
  require_memory(set_bytes);
  auto const sets = cold_set_count(set_bytes);
  Buffers<Element> const a_buffers("hpcadvise::gemm::a", sets, m * k);
  Buffers<Element> const b_buffers("hpcadvise::gemm::b", sets, k * n);
  Buffers<Result> const c_buffers("hpcadvise::gemm::c", sets, m * n);
  fill_random(space, a_buffers.all(), 1);
  fill_random(space, b_buffers.all(), 2);

  auto const a = [=](auto set) {
    return Matrix<Element const>(a_buffers.set(set), std::size_t(a_op == Transpose::no ? m : k),
                                 std::size_t(a_op == Transpose::no ? k : m));
  };
  auto const b = [=](auto set) {
    return Matrix<Element const>(b_buffers.set(set), std::size_t(b_op == Transpose::no ? k : n),
                                 std::size_t(b_op == Transpose::no ? n : k));
  };
  auto const c = [=](auto set) { return Matrix<Result>(c_buffers.set(set), std::size_t(m), std::size_t(n)); };

  auto const reference = gemm_reference({}, a_op, b_op, host_copy(a(0)), host_copy(b(0)));
  double const bound = gemm_error_bound(rounding_of(precision), k);
  auto const check = [&](Gemm<Element, Result> const& way, profiles::Sample& attempt) {
    poison(space, c_buffers.all());
    way(space, a_op, b_op, a(0), b(0), c(0));
    space.fence();
    return accept(attempt, gemm_relative_error({}, reference, host_copy(c(0))), bound);
  };
  auto const tiles = tile_names(request.provider, precision);
  if (tiles.size() > 1) {
    if constexpr (std::is_same_v<Element, Result>) {
      std::vector<Gemm<Element, Result>> ways;
      ways.reserve(tiles.size());
      for (int tile = 0; tile < int(tiles.size()); ++tile) ways.push_back(own_gemm<Element>(precision, tile));
      auto const fastest = fastest_right_of(
          tiles, sample, [&](int way, profiles::Sample& attempt) { check(ways[std::size_t(way)], attempt); },
          [&](int way) {
            ways[std::size_t(way)](space, a_op, b_op, a(0), b(0), c(0));
            space.fence();
          });
      if (!fastest) return std::nullopt;
      gemm = ways[std::size_t(*fastest)];
    }
  } else if (!check(gemm, sample)) {
    return std::nullopt;
  }

  return ReadyGemm{.enqueue =
                       [=, call = std::int64_t{0}]() mutable {
                         auto const set = ++call % sets;
                         gemm(space, a_op, b_op, a(set), b(set), c(set));
                       },
                   .flops = kernels::gemm_flops(shape),
                   .bytes = set_bytes};
}

}  // namespace

std::optional<ReadyGemm> ready_gemm(SampleRequest const& request, Context const& context, profiles::Sample& sample) {
  auto const precision = precision_of(request);
  if (precision == Precision::fp32) return ready_elements<float>(request, context, sample);
  if (precision == Precision::fp64) return ready_elements<double>(request, context, sample);
  if constexpr (kernels::on_device) {
    if (precision == Precision::tf32) return ready_elements<float>(request, context, sample);
    if (precision == Precision::fp16) return ready_elements<kernels::Half>(request, context, sample);
    if (precision == Precision::bf16) return ready_elements<kernels::BFloat16>(request, context, sample);
    if (precision == Precision::fp8) return ready_elements<kernels::E4M3, kernels::BFloat16>(request, context, sample);
  }
  throw RequestError("gemm on this backend does not know " + word_of(request, "precision"));
}

void measure_gemm(SampleRequest const& request, Context const& context, profiles::Sample& sample) {
  auto const gemm = ready_gemm(request, context, sample);
  if (!gemm) return;
  time_into(sample, context, request, gemm->enqueue);
  sample.work_flops = gemm->flops;
  sample.work_bytes = gemm->bytes;
  add_rate(sample, "flops_per_s", sample.work_flops);
  add_rate(sample, "bytes_per_s", sample.work_bytes);
}

}  // namespace hpcadvise::probes::runner
