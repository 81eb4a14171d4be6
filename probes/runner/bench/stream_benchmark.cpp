// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/bench/stream_benchmark.hpp"

#include "kernels/stream.hpp"
#include "probes/runner/bench/paired_ratio.hpp"
#include "probes/runner/bench/plain_triad.hpp"
#include "profiles/error.hpp"

namespace hpcadvise::probes::runner {
namespace {

using kernels::Stores;
using kernels::StreamKernel;
using kernels::Vector;

// 256 MiB an array: beyond the caches of today's nodes, and read in some 30 ms.
constexpr std::int64_t extent = std::int64_t{1} << 25;

Vector untouched(std::string const& label) {
  return Vector(Kokkos::view_alloc(Kokkos::WithoutInitializing, label), std::size_t(extent));
}

kernels::StreamArrays untouched_arrays() {
  return {untouched("hpcadvise::bench::a"), untouched("hpcadvise::bench::b"), untouched("hpcadvise::bench::c")};
}

class OurTriad {
 public:
  OurTriad() : arrays_(untouched_arrays()) {
    kernels::stream_fill(space_, arrays_.a, 0);
    kernels::stream_fill(space_, arrays_.b, 1);
    kernels::stream_fill(space_, arrays_.c, 2);
    space_.fence();
  }

  void run(Stores stores) const {
    kernels::stream(space_, StreamKernel::triad, arrays_, 1, stores);
    space_.fence();
  }

 private:
  Kokkos::DefaultHostExecutionSpace space_;
  kernels::StreamArrays arrays_;
};

class PlainTriad {
 public:
  PlainTriad() : arrays_(untouched_arrays()) {
    plain_first_touch(arrays_.a.data(), arrays_.b.data(), arrays_.c.data(), extent);
  }

  void run() const {
    plain_triad(arrays_.a.data(), arrays_.b.data(), arrays_.c.data(), kernels::stream_scalar, extent);
  }

 private:
  kernels::StreamArrays arrays_;
};

BenchmarkResult ratio(Stores stores) {
#ifndef _OPENMP
  throw profiles::MachineError("built without OpenMP to compare with", "Configure with a compiler that has OpenMP.");
#endif
  OurTriad const ours;
  PlainTriad const plain;
  return paired_ratio([&] { ours.run(stores); }, [&] { plain.run(); }, "plain OpenMP loop");
}

}  // namespace

BenchmarkResult triad_vs_openmp() { return ratio(Stores::ordinary); }
BenchmarkResult triad_non_temporal_vs_openmp() { return ratio(Stores::non_temporal); }

BenchmarkResult triad_rate() {
  OurTriad const ours;
  double const bytes = kernels::stream_bytes_per_element(StreamKernel::triad) * double(extent);
  PairBudget const budget{.max_total_s = 1.5};
  auto const ordinary = rate(
      bytes, "bytes_per_s", [&] { ours.run(Stores::ordinary); }, budget);
  auto const non_temporal = rate(
      bytes, "bytes_per_s", [&] { ours.run(Stores::non_temporal); }, budget);
  return ordinary.value > non_temporal.value ? ordinary : non_temporal;
}

}  // namespace hpcadvise::probes::runner
