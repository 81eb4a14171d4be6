// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the host's GEMM is cut into pieces. Constants instead of cache sizes read from the machine: the second cache of
// every server core since 2017 holds it or most of it, 512 KiB to 2 MiB, and rates vary little around the optimum.

#include "kernels/gemm_shape.hpp"

#include <algorithm>
#include <cstdint>

namespace hpcadvise::kernels {

// Packed at once, of each operand: 16 MiB, which most servers' last cache keeps.
constexpr std::int64_t packed_width = 2048;
constexpr std::int64_t packed_depth_bytes = 8192;
// One thread's piece at a time: a panel of A and one of B together fit the first cache (43 KiB with AVX-512), the B
// panels of a tile (576 KiB) stay in the second.
constexpr std::int64_t tile_depth_bytes = 1536;
constexpr std::int64_t tile_width = 384;
// Threads take tiles one by one; many, so that the last ones do not leave the rest idle.
constexpr std::int64_t tiles_per_thread = 8;
// A tile narrower than this many panels reads its panels more often than the balance is worth.
constexpr std::int64_t least_panels = 4;

constexpr std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
constexpr std::int64_t round_up(std::int64_t a, std::int64_t multiple) { return ceil_divide(a, multiple) * multiple; }
// Of `extent` cut into the fewest equal pieces of at most `most`: the length of one. No thin remainder.
constexpr std::int64_t even_piece(std::int64_t extent, std::int64_t most) {
  return ceil_divide(extent, ceil_divide(extent, most));
}

// Extents of a block of C that is packed for at once.
constexpr GemmShape packed_block(GemmShape shape, std::int64_t panel_rows, std::int64_t panel_columns,
                                 std::int64_t element_bytes) {
  return {.m = round_up(even_piece(shape.m, packed_width), panel_rows),
          .n = round_up(even_piece(shape.n, packed_width), panel_columns),
          .k = even_piece(shape.k, packed_depth_bytes / element_bytes)};
}

// Extents of the piece of such a block that one thread multiplies at a time.
constexpr GemmShape tile_of_block(GemmShape block, std::int64_t panel_rows, std::int64_t panel_columns,
                                  std::int64_t element_bytes, std::int64_t threads) {
  std::int64_t rows = even_piece(block.m, tile_width);
  std::int64_t columns = even_piece(block.n, tile_width);
  while (ceil_divide(block.m, rows) * ceil_divide(block.n, columns) < tiles_per_thread * threads) {
    bool const rows_have_more = rows / panel_rows >= columns / panel_columns;
    std::int64_t& longer = rows_have_more ? rows : columns;
    if (longer < 2 * least_panels * (rows_have_more ? panel_rows : panel_columns)) break;
    longer = ceil_divide(longer, 2);
  }
  return {.m = round_up(rows, panel_rows),
          .n = round_up(columns, panel_columns),
          .k = even_piece(block.k, tile_depth_bytes / element_bytes)};
}

}  // namespace hpcadvise::kernels
