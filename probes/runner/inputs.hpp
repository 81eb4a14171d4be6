// SPDX-License-Identifier: Apache-2.0
#pragma once

// What kernels read and write while they are measured: random numbers, the same in every run, in as many sets as keep
// a call from finding the data of the one before in cache.

#include "kernels/fragment/number_formats.hpp"
#include "kernels/space.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

namespace hpcadvise::probes::runner {

// splitmix64 (Steele, Lea, Flood 2014): any number of the stream at once, in any order.
KOKKOS_INLINE_FUNCTION std::uint64_t random_bits(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed * 0xd1342543de82ef95u + (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// Uniform in [-1, 1), with all the digits of fp64: a kernel that drops some on the way gives itself away.
KOKKOS_INLINE_FUNCTION double random_value(std::uint64_t seed, std::uint64_t index) {
  return double(std::int64_t(random_bits(seed, index) >> 11)) / double(std::int64_t{1} << 52) - 1.0;
}

// In the format of Scalar; 8 and 16 bits by way of fp32.
template <class Scalar>
KOKKOS_INLINE_FUNCTION Scalar element_of(double value) {
  if constexpr (std::is_floating_point_v<Scalar>) {
    return Scalar(value);
  } else {
    return kernels::converted<Scalar>(float(value));
  }
}

// Sets so that together they are cold_bytes (probes/host_rates.hpp), as far as a quarter of the memory goes. At
// least 1.
std::int64_t cold_set_count(double bytes_per_set);

// `set_count` sets of `count` values, each on a cache line of its own.
template <class Scalar, class MemorySpace = kernels::MemorySpace>
class Buffers {
 public:
  Buffers(std::string const& label, std::int64_t set_count, std::int64_t count)
      : stride_((count + line - 1) / line * line),
        values_(Kokkos::view_alloc(Kokkos::WithoutInitializing, label), std::size_t(set_count * stride_)) {}

  Scalar* set(std::int64_t index) const { return values_.data() + index * stride_; }
  Kokkos::View<Scalar*, MemorySpace> const& all() const { return values_; }

 private:
  static constexpr std::int64_t line = 64 / std::int64_t(sizeof(Scalar));
  std::int64_t stride_;
  Kokkos::View<Scalar*, MemorySpace> values_;
};

// By the threads that will work on them, so that pages lie on those threads' memory nodes.
template <class Scalar>
void fill_random(kernels::Space const& space, Kokkos::View<Scalar*, kernels::MemorySpace> const& values,
                 std::uint64_t seed) {
  Kokkos::parallel_for(
      "hpcadvise::fill_random", Kokkos::RangePolicy<kernels::Space>(space, 0, values.extent(0)),
      KOKKOS_LAMBDA(std::size_t i) { values(i) = element_of<Scalar>(random_value(seed, i)); });
  space.fence();
}

// Not a number: an element that a kernel forgets to write shows in every sum it enters.
template <class Scalar>
void poison(kernels::Space const& space, Kokkos::View<Scalar*, kernels::MemorySpace> const& values) {
  auto const nan = element_of<Scalar>(std::numeric_limits<double>::quiet_NaN());
  Kokkos::parallel_for(
      "hpcadvise::poison", Kokkos::RangePolicy<kernels::Space>(space, 0, values.extent(0)),
      KOKKOS_LAMBDA(std::size_t i) { values(i) = nan; });
  space.fence();
}

}  // namespace hpcadvise::probes::runner
