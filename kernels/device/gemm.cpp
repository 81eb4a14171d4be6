// SPDX-License-Identifier: Apache-2.0
#include "kernels/gemm.hpp"

#include "kernels/device/gemm_tiles.hpp"
#include "kernels/device/launch_blocks.hpp"

#include <stdexcept>

namespace hpcadvise::kernels {
namespace {

// Tiles of C that neighbouring blocks share a column of op(B)'s panels for, before the next column comes: what they
// read stays in the last cache.
constexpr int tiles_down_together = 8;

struct TileGrid {
  int down;
  int across;
};

KOKKOS_INLINE_FUNCTION Position tile_position(TileGrid grid, int block) {
  int const band_tiles = tiles_down_together * grid.across;
  int const first_down = block / band_tiles * tiles_down_together;
  int const rest = grid.down - first_down;
  int const height = rest < tiles_down_together ? rest : tiles_down_together;
  int const in_band = block % band_tiles;
  return {.row = first_down + in_band % height, .column = in_band / height};
}

template <class Tile, class Element>
struct GemmBlock {
  DeviceGemm<Element, Element> gemm;
  TileGrid grid;

  template <class Block>
  KOKKOS_FUNCTION void operator()(Block const& block, int index, typename Tile::Buffers& buffers) const {
    auto const [row, column] = tile_position(grid, index);
    TileCorner const corner{.row = std::int64_t{row} * Tile::rows, .column = std::int64_t{column} * Tile::columns};
    gemm_tile<Tile>(block, gemm, corner, buffers);
  }
};

// Rows of op(A), or columns of op(B), over the depth.
template <class Element>
PanelSource<Element> operand(Matrix<Element const> const& matrix, bool depth_along_rows) {
  auto const row_stride = std::int64_t(matrix.stride(0));
  auto const rows = std::int64_t(matrix.extent(0));
  auto const columns = std::int64_t(matrix.extent(1));
  if (depth_along_rows)
    return {.data = matrix.data(), .width_stride = row_stride, .depth_stride = 1, .width = rows, .depth = columns};
  return {.data = matrix.data(), .width_stride = 1, .depth_stride = row_stride, .width = columns, .depth = rows};
}

template <class Tile, class Element>
void launch_tiles(Space const& space, DeviceGemm<Element, Element> const& gemm) {
  TileGrid const grid{.down = int((gemm.a.width + Tile::rows - 1) / Tile::rows),
                      .across = int((gemm.b.width + Tile::columns - 1) / Tile::columns)};
  with_panel_orders<Tile>(gemm, [&](auto identity) {
    using Ordered = typename decltype(identity)::type;
    launch_blocks<Ordered, typename Ordered::Buffers, Ordered::extents.blocks>(
        space, "hpcadvise::gemm", grid.down * grid.across, GemmBlock<Ordered, Element>{gemm, grid});
  });
}

template <class Tile>
bool is_launchable() {
  return fits_in_a_block<typename Tile::Buffers>();
}

// `chosen` counts the launchable ones.
template <class... Tile, class Element>
void tiled_gemm(TileList<Tile...>, int chosen, Space const& space, Transpose a_op, Transpose b_op,
                Matrix<Element const> const& a, Matrix<Element const> const& b, Matrix<Element> const& c) {
  DeviceGemm<Element, Element> gemm{.a = operand<Element>(a, a_op == Transpose::no),
                                    .b = operand<Element>(b, b_op == Transpose::yes),
                                    .c = c.data(),
                                    .c_row_stride = std::int64_t(c.stride(0))};
  KOKKOS_EXPECTS(gemm.a.depth == gemm.b.depth);
  KOKKOS_EXPECTS(gemm.a.width == std::int64_t(c.extent(0)) && gemm.b.width == std::int64_t(c.extent(1)));
  gemm.a_wide = is_wide(gemm.a);
  gemm.b_wide = is_wide(gemm.b);
  gemm.c_wide = begins_wide(gemm.c, gemm.c_row_stride);
  int place = 0;
  bool const launched =
      ((is_launchable<Tile>() && place++ == chosen ? (launch_tiles<Tile>(space, gemm), true) : false) || ...);
  KOKKOS_EXPECTS(launched);
}

template <class Tile>
void add_name(std::vector<std::string>& names) {
  if (is_launchable<Tile>())
    names.push_back((Tile::from_block_memory ? "wgmma-" : "") + std::to_string(Tile::rows) + "x" +
                    std::to_string(Tile::columns) + "x" + std::to_string(Tile::extents.depth));
}

template <class... Tile>
std::vector<std::string> names_of(TileList<Tile...>) {
  std::vector<std::string> names;
  (add_name<Tile>(names), ...);
  return names;
}

}  // namespace

std::vector<std::string> gemm_tile_names(GemmFormat format) {
  switch (format) {
    case GemmFormat::fp16: return names_of(NativeF16Tiles{});
    case GemmFormat::bf16: return names_of(NativeBf16Tiles{});
    case GemmFormat::tf32: return names_of(NativeTf32Tiles{});
    case GemmFormat::fp32: return names_of(NativeF32Tiles{});
    case GemmFormat::fp64: return names_of(NativeF64Tiles{});
  }
  return {};
}

void gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
          Matrix<float> c, GemmWorkspace& workspace) {
  tiled_gemm(NativeF32Tiles{}, workspace.tile, space, a_op, b_op, a, b, c);
}

void gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<double const> a, Matrix<double const> b,
          Matrix<double> c, GemmWorkspace& workspace) {
  tiled_gemm(NativeF64Tiles{}, workspace.tile, space, a_op, b_op, a, b, c);
}

void gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<Half const> a, Matrix<Half const> b,
          Matrix<Half> c, GemmWorkspace& workspace) {
  tiled_gemm(NativeF16Tiles{}, workspace.tile, space, a_op, b_op, a, b, c);
}

void gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<BFloat16 const> a, Matrix<BFloat16 const> b,
          Matrix<BFloat16> c, GemmWorkspace& workspace) {
  tiled_gemm(NativeBf16Tiles{}, workspace.tile, space, a_op, b_op, a, b, c);
}

void gemm_tf32(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
               Matrix<float> c, [[maybe_unused]] GemmWorkspace& workspace) {
  if constexpr (native_is_mfma) {
    throw std::runtime_error("MI200 has no tf32");
  } else {
    tiled_gemm(NativeTf32Tiles{}, workspace.tile, space, a_op, b_op, a, b, c);
  }
}

}  // namespace hpcadvise::kernels
