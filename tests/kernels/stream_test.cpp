// SPDX-License-Identifier: Apache-2.0
#include "kernels/stream.hpp"

#include "tests/kernels/simd_target.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <limits>

using namespace hpcadvise::kernels;

namespace {

using Space = Kokkos::DefaultHostExecutionSpace;

// b(i) = i, c(i) = 2 i, and a poisoned: small integers, so that every sum is exact.
StreamArrays arrays(std::int64_t extent) {
  StreamArrays const result{Vector("a", std::size_t(extent)), Vector("b", std::size_t(extent)),
                            Vector("c", std::size_t(extent))};
  for (std::int64_t i = 0; i < extent; ++i) {
    result.a(i) = std::numeric_limits<double>::quiet_NaN();
    result.b(i) = double(i);
    result.c(i) = double(2 * i);
  }
  return result;
}

}  // namespace

TEST_CASE("Each stream kernel does what its name says, on every SIMD target", "[stream]") {
  auto const target = GENERATE(from_range(simd_targets()));
  SimdTarget const chosen(target);
  std::int64_t const extent = GENERATE(1, 7, 8, 9, 64, 1003, 4096);
  auto const stores = GENERATE(Stores::ordinary, Stores::non_temporal);
  std::int64_t const repeats = GENERATE(1, 3);
  INFO(chosen.name() << ", extent " << extent << ", non-temporal " << (stores == Stores::non_temporal));
  Space const space;
  auto const data = arrays(extent);
  auto const pass = [&](StreamKernel kernel) {
    stream(space, kernel, data, repeats, stores);
    space.fence();
  };
  auto const sum_of_pieces = [&](std::int64_t step) {
    for (std::int64_t piece = 0; piece < space.concurrency(); ++piece) {
      auto const [begin, end] = stream_piece(extent, space.concurrency(), piece);
      if (begin == end) continue;
      double expected = 0;
      for (std::int64_t i = begin; i < end; i += step) expected += data.b(i);
      CHECK(data.a(begin) == expected);
    }
  };

  pass(StreamKernel::read);
  sum_of_pieces(1);
  pass(StreamKernel::strided);
  sum_of_pieces(stream_stride);

  int wrong = 0;
  pass(StreamKernel::write);
  for (std::int64_t i = 0; i < extent; ++i) wrong += data.a(i) != stream_scalar;
  pass(StreamKernel::copy);
  for (std::int64_t i = 0; i < extent; ++i) wrong += data.a(i) != double(i);
  pass(StreamKernel::triad);
  for (std::int64_t i = 0; i < extent; ++i) wrong += data.a(i) != double(7 * i);  // i + 3 * 2 i
  CHECK(wrong == 0);
}

TEST_CASE("A filled vector holds its value everywhere", "[stream]") {
  Vector const vector("vector", 1003);
  Space const space;
  stream_fill(space, vector, 5);
  space.fence();
  int wrong = 0;
  for (std::size_t i = 0; i < vector.extent(0); ++i) wrong += vector(i) != 5;
  CHECK(wrong == 0);
}

TEST_CASE("Pieces cover the vector once, begin on cache lines and differ by at most a line", "[stream]") {
  std::int64_t const extent = GENERATE(0, 1, 8, 100, 1003);
  std::int64_t const pieces = GENERATE(1, 2, 3, 64);
  std::int64_t expected_begin = 0;
  std::int64_t shortest = extent;
  std::int64_t longest = 0;
  for (std::int64_t index = 0; index < pieces; ++index) {
    auto const [begin, end] = stream_piece(extent, pieces, index);
    CHECK(begin == expected_begin);
    CHECK((begin % 8 == 0 || begin == extent));
    expected_begin = end;
    shortest = std::min(shortest, end - begin);
    longest = std::max(longest, end - begin);
  }
  CHECK(expected_begin == extent);
  CHECK(longest - shortest <= 15);  // a line of difference, and the last line cut short
}

TEST_CASE("Stream's bytes are those of STREAM", "[stream]") {
  CHECK(stream_bytes_per_element(StreamKernel::read) == 8);
  CHECK(stream_bytes_per_element(StreamKernel::write) == 8);
  CHECK(stream_bytes_per_element(StreamKernel::copy) == 16);
  CHECK(stream_bytes_per_element(StreamKernel::triad) == 24);
  CHECK(stream_bytes_per_element(StreamKernel::strided) == 1);  // one double of each 64-byte line
  CHECK(to_string(StreamKernel::triad) == "triad");
}
