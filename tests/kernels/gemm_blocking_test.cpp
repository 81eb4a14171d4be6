// SPDX-License-Identifier: Apache-2.0
#include "kernels/host/gemm_blocking.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::kernels;

namespace {

std::int64_t tile_count(GemmShape block, GemmShape tile) {
  return ceil_divide(block.m, tile.m) * ceil_divide(block.n, tile.n);
}

}  // namespace

TEST_CASE("An extent is cut into equal pieces, without a thin remainder", "[gemm]") {
  CHECK(even_piece(100, 256) == 100);
  CHECK(even_piece(257, 256) == 129);  // 129 + 128, not 256 + 1
  CHECK(even_piece(512, 256) == 256);
}

TEST_CASE("A packed block is whole panels and at most 16 MiB an operand, padding aside", "[gemm]") {
  for (std::int64_t const element_bytes : {4, 8}) {
    auto const block = packed_block({5000, 4096, 9000}, 12, 32, element_bytes);
    CHECK(block.m % 12 == 0);
    CHECK(block.n % 32 == 0);
    CHECK((block.m - 11) * block.k * element_bytes <= 16 << 20);
    CHECK((block.n - 31) * block.k * element_bytes <= 16 << 20);
  }
}

TEST_CASE("There are tiles for many threads, but none of a few panels", "[gemm]") {
  GemmShape const block{1032, 1024, 1024};
  auto const two = tile_of_block(block, 12, 32, 4, 2);
  CHECK(tile_count(block, two) >= 2 * tiles_per_thread);
  auto const thousands = tile_of_block(block, 12, 32, 4, 4096);
  CHECK(thousands.m >= least_panels * 12);
  CHECK(thousands.n >= least_panels * 32);
  CHECK(thousands.m % 12 == 0);
  CHECK(thousands.n % 32 == 0);
  CHECK(thousands.k * 4 <= tile_depth_bytes);
}
