// SPDX-License-Identifier: Apache-2.0
#include "kernels/gemm.hpp"

#include "kernels/host/gemm_blocking.hpp"
#include "kernels/host/gemm_kernel.hpp"

namespace hpcadvise::kernels {
namespace {

using PackRange = Kokkos::RangePolicy<Space, Kokkos::IndexType<std::int64_t>>;
// Tiles are taken one by one: a thread that shares its core with another process does not hold up the rest.
using TileRange = Kokkos::RangePolicy<Space, Kokkos::Schedule<Kokkos::Dynamic>, Kokkos::IndexType<std::int64_t>>;

// op(A), or op(B) transposed: vectors along the depth k, `width` of them.
template <class Scalar>
struct Operand {
  Scalar const* data;
  std::int64_t width_stride;
  std::int64_t depth_stride;

  Scalar const* at(std::int64_t i, std::int64_t p) const { return data + i * width_stride + p * depth_stride; }
};

template <class Scalar>
Operand<Scalar> operand(Matrix<Scalar const> const& matrix, bool depth_along_rows) {
  auto const row_stride = std::int64_t(matrix.stride(0));
  return depth_along_rows ? Operand<Scalar>{matrix.data(), row_stride, 1}
                          : Operand<Scalar>{matrix.data(), 1, row_stride};
}

// A block of an operand in packed form: pieces over the depth, and in each piece the panels, one after the other.
// (With panels over the whole depth, those of one piece would lie a power of two apart and share few cache sets.)
template <class Scalar>
struct PackedBlock {
  Operand<Scalar> source;  // at the block's corner
  std::int64_t width;
  std::int64_t depth;
  std::int64_t piece_depth;
  std::int64_t panel_width;
  Scalar* packed;

  std::int64_t panels() const { return ceil_divide(width, panel_width); }
  std::int64_t items() const { return panels() * ceil_divide(depth, piece_depth); }
  std::int64_t depth_at(std::int64_t p) const { return std::min(piece_depth, depth - p); }
  // The panel that begins at vector i, in the piece that begins at p.
  Scalar* panel(std::int64_t i, std::int64_t p) const { return packed + p * panels() * panel_width + i * depth_at(p); }

  void pack(std::int64_t item, void (*pack_panel)(PanelSource<Scalar> const&, Scalar*)) const {
    std::int64_t const i = item % panels() * panel_width;
    std::int64_t const p = item / panels() * piece_depth;
    pack_panel({.data = source.at(i, p),
                .width_stride = source.width_stride,
                .depth_stride = source.depth_stride,
                .width = std::min(panel_width, width - i),
                .depth = depth_at(p)},
               panel(i, p));
  }
};

template <class Scalar>
struct BlockOfC {
  Scalar* data;
  std::int64_t row_stride;
  bool accumulate;
};

template <class Scalar>
void pack(Space const& space, GemmKernel<Scalar> kernel, PackedBlock<Scalar> a, PackedBlock<Scalar> b,
          bool b_is_packed) {
  std::int64_t const a_items = a.items();
  Kokkos::parallel_for("hpcadvise::gemm::pack", PackRange(space, 0, a_items + (b_is_packed ? 0 : b.items())),
                       [=](std::int64_t item) {
                         if (item < a_items) {
                           a.pack(item, kernel.pack_rows);
                         } else {
                           b.pack(item - a_items, kernel.pack_columns);
                         }
                       });
}

template <class Scalar>
void multiply(Space const& space, GemmKernel<Scalar> kernel, GemmShape tile, PackedBlock<Scalar> a,
              PackedBlock<Scalar> b, BlockOfC<Scalar> c) {
  std::int64_t const tiles_across = ceil_divide(b.width, tile.n);
  Kokkos::parallel_for("hpcadvise::gemm::multiply", TileRange(space, 0, ceil_divide(a.width, tile.m) * tiles_across),
                       [=](std::int64_t item) {
                         std::int64_t const i = item / tiles_across * tile.m;
                         std::int64_t const j = item % tiles_across * tile.n;
                         for (std::int64_t p = 0; p < a.depth; p += tile.k) {
                           kernel.multiply({.a = a.panel(i, p),
                                            .a_panel_stride = a.depth_at(p) * kernel.panel_rows,
                                            .b = b.panel(j, p),
                                            .b_panel_stride = b.depth_at(p) * kernel.panel_columns,
                                            .c = c.data + i * c.row_stride + j,
                                            .c_row_stride = c.row_stride,
                                            .rows = std::min(tile.m, a.width - i),
                                            .columns = std::min(tile.n, b.width - j),
                                            .depth = a.depth_at(p),
                                            .accumulate = c.accumulate || p > 0});
                         }
                       });
}

// Grows the workspace to the packed block's extents; A's part first, B's behind it.
template <class Scalar>
Scalar* packed_memory(GemmWorkspace& workspace, GemmShape block) {
  auto const bytes = std::size_t((block.m + block.n) * block.k) * sizeof(Scalar);
  if (workspace.memory.extent(0) < bytes) {
    workspace.memory = {};  // the old one goes before the new one comes
    workspace.memory = Kokkos::View<char*, Kokkos::HostSpace>(
        Kokkos::view_alloc(Kokkos::WithoutInitializing, "hpcadvise::gemm::workspace"), bytes);
  }
  return reinterpret_cast<Scalar*>(workspace.memory.data());
}

template <class Scalar>
void blocked_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<Scalar const> const& a,
                  Matrix<Scalar const> const& b, Matrix<Scalar> const& c, GemmWorkspace& workspace) {
  bool const a_plain = a_op == Transpose::no;
  bool const b_plain = b_op == Transpose::no;
  GemmShape const shape{.m = c.extent_int(0), .n = c.extent_int(1), .k = a.extent_int(a_plain ? 1 : 0)};
  KOKKOS_EXPECTS(a.extent_int(a_plain ? 0 : 1) == shape.m);
  KOKKOS_EXPECTS(b.extent_int(b_plain ? 0 : 1) == shape.k);
  KOKKOS_EXPECTS(b.extent_int(b_plain ? 1 : 0) == shape.n);
  if (shape.m == 0 || shape.n == 0) return;
  if (shape.k == 0) return Kokkos::deep_copy(space, c, Scalar{0});

  auto const kernel = gemm_kernel<Scalar>();
  auto const block = packed_block(shape, kernel.panel_rows, kernel.panel_columns, sizeof(Scalar));
  auto const tile = tile_of_block(block, kernel.panel_rows, kernel.panel_columns, sizeof(Scalar), space.concurrency());
  auto const op_a = operand<Scalar>(a, a_plain);
  auto const op_b = operand<Scalar>(b, !b_plain);
  auto* const a_memory = packed_memory<Scalar>(workspace, block);
  Scalar* const b_memory = a_memory + block.m * block.k;
  auto const c_row_stride = std::int64_t(c.stride(0));

  for (std::int64_t p = 0; p < shape.k; p += block.k) {
    std::int64_t const depth = std::min(block.k, shape.k - p);
    for (std::int64_t j = 0; j < shape.n; j += block.n) {
      PackedBlock<Scalar> const packed_b{{op_b.at(j, p), op_b.width_stride, op_b.depth_stride},
                                         std::min(block.n, shape.n - j),
                                         depth,
                                         tile.k,
                                         kernel.panel_columns,
                                         b_memory};
      for (std::int64_t i = 0; i < shape.m; i += block.m) {
        PackedBlock<Scalar> const packed_a{{op_a.at(i, p), op_a.width_stride, op_a.depth_stride},
                                           std::min(block.m, shape.m - i),
                                           depth,
                                           tile.k,
                                           kernel.panel_rows,
                                           a_memory};
        pack(space, kernel, packed_a, packed_b, i > 0);
        multiply(space, kernel, tile, packed_a, packed_b, {c.data() + i * c_row_stride + j, c_row_stride, p > 0});
      }
    }
  }
}

}  // namespace

std::vector<std::string> gemm_tile_names(GemmFormat) { return {}; }

void gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
          Matrix<float> c, GemmWorkspace& workspace) {
  blocked_gemm<float>(space, a_op, b_op, a, b, c, workspace);
}

void gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<double const> a, Matrix<double const> b,
          Matrix<double> c, GemmWorkspace& workspace) {
  blocked_gemm<double>(space, a_op, b_op, a, b, c, workspace);
}

void gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
          Matrix<float> c) {
  GemmWorkspace workspace;
  blocked_gemm<float>(space, a_op, b_op, a, b, c, workspace);
}

void gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<double const> a, Matrix<double const> b,
          Matrix<double> c) {
  GemmWorkspace workspace;
  blocked_gemm<double>(space, a_op, b_op, a, b, c, workspace);
}

}  // namespace hpcadvise::kernels
