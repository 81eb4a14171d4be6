// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/measure_memory.hpp"

#include "kernels/stream.hpp"
#include "probes/runner/available_memory.hpp"
#include "probes/runner/inputs.hpp"
#include "probes/runner/request.hpp"
#include "probes/runner/stream_check.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

namespace hpcadvise::probes::runner {
namespace {

using kernels::StreamKernel;

// Traffic of one call: at 100 GB/s most of a millisecond, against some microseconds for the launch.
constexpr double least_call_bytes = 64.0 * 1024 * 1024;

StreamKernel kernel_of(SampleRequest const& request) {
  auto const name = word_of(request, "kernel");
  for (auto const kernel :
       {StreamKernel::read, StreamKernel::write, StreamKernel::copy, StreamKernel::triad, StreamKernel::strided})
    if (kernels::to_string(kernel) == name) return kernel;
  throw RequestError("kernel=" + name + " is not a kernel of memory");
}

kernels::Stores stores_of(SampleRequest const& request) {
  auto const level = word_of(request, "level");
  if (level == "DRAM") return kernels::Stores::non_temporal;
  if (level == "L1" || level == "L2" || level == "L3") return kernels::Stores::ordinary;
  throw RequestError("level=" + level + " is not L1, L2, L3 or DRAM");
}

// Each page from the thread that works on it. Poisoned.
kernels::Vector vector(Space const& space, char const* label, std::int64_t extent) {
  kernels::Vector const values(Kokkos::view_alloc(Kokkos::WithoutInitializing, std::string(label)),
                               std::size_t(extent));
  kernels::stream_fill(space, values, std::numeric_limits<double>::quiet_NaN());
  space.fence();
  return values;
}

// Between 0.5 and 1.5, so that a sum is far from 0.
kernels::Vector positive_vector(Space const& space, char const* label, std::int64_t extent, std::uint64_t seed) {
  auto const values = vector(space, label, extent);
  Kokkos::parallel_for(
      "hpcadvise::memory::fill", Kokkos::RangePolicy<Space, Kokkos::IndexType<std::size_t>>(space, 0, values.extent(0)),
      KOKKOS_LAMBDA(std::size_t i) { values(i) = 1 + 0.5 * random_value(seed, i); });
  space.fence();
  return values;
}

}  // namespace

void measure_memory(SampleRequest const& request, Context const& context, profiles::Sample& sample) {
  if (request.provider != "kokkos")
    throw RequestError("this runner has no provider " + request.provider + " of memory");
  auto const kernel = kernel_of(request);
  auto const stores = stores_of(request);
  auto const working_set_bytes = bytes_of(request, "working_set_bytes");
  auto const& space = context.space;

  auto const extent = working_set_bytes / std::int64_t(sizeof(double)) / kernels::stream_array_count(kernel);
  if (extent < kernels::stream_piece_count(space) * kernels::stream_stride)
    throw RequestError("working_set_bytes=" + std::to_string(working_set_bytes) + " leaves a piece no cache line");
  bool const sums = kernel == StreamKernel::read || kernel == StreamKernel::strided;
  require_memory(double(working_set_bytes) + (sums ? double(extent) * sizeof(double) : 0));
  kernels::StreamArrays arrays{.a = vector(space, "hpcadvise::memory::a", extent), .b = {}, .c = {}};
  if (kernel != StreamKernel::write) arrays.b = positive_vector(space, "hpcadvise::memory::b", extent, 1);
  if (kernel == StreamKernel::triad) arrays.c = positive_vector(space, "hpcadvise::memory::c", extent, 2);

  double const pass_bytes = kernels::stream_bytes_per_element(kernel) * double(extent);
  auto const repeats = std::max<std::int64_t>(1, std::int64_t(least_call_bytes / pass_bytes));
  auto const run = [&] { kernels::stream(space, kernel, arrays, repeats, stores); };
  run();
  space.fence();
  double const error = stream_relative_error(space, kernel, arrays);
  if (!accept(sample, error, stream_error_bound(kernel, extent))) return;

  time_into(sample, context, request, run);
  sample.work_bytes = pass_bytes * double(repeats);
  add_rate(sample, "bytes_per_s", sample.work_bytes);
}

}  // namespace hpcadvise::probes::runner
