// SPDX-License-Identifier: Apache-2.0
#pragma once

// A panel for instructions that read it themselves, as matrix_descriptor.hpp says: columns of lines of 128 bytes, one
// below the other. Where the panel's lines are longer, each goes on in the next column.

#include "kernels/device/panel.hpp"
#include "kernels/fragment/load_matrix.hpp"
#include "kernels/fragment/matrix_descriptor.hpp"

namespace hpcadvise::kernels {

template <class Scalar, int width_, int depth_, PanelOrder order_>
struct SwizzledPanel {
  static constexpr int width = width_, depth = depth_;
  static constexpr PanelOrder order = order_;
  static constexpr bool along_depth = order == PanelOrder::along_depth;
  static constexpr MatrixOrder matrix_order = along_depth ? MatrixOrder::as_stored : MatrixOrder::transposed;
  static constexpr int lines = along_depth ? width : depth;
  static constexpr int line_length = along_depth ? depth : width;
  static constexpr int stride = descriptor_line_bytes / int(sizeof(Scalar));
  static constexpr int lines_alike = descriptor_atom_lines;
  static_assert(line_length % stride == 0 && lines % descriptor_atom_lines == 0);
  alignas(descriptor_atom_bytes) Scalar at[lines * line_length];

  HPCADVISE_DEVICE_FUNCTION static constexpr int part_place(int line, int first) {
    return int(swizzled(std::uint32_t(byte(line, first)))) / int(sizeof(Scalar));
  }

  // Of what begins at (first_width, first_depth): multiples of an atom's lines, or of 64 where they run across k, and
  // of an instruction's k, 16. `address` is that of `at`.
  HPCADVISE_DEVICE_FUNCTION static MatrixDescriptor descriptor(std::uint32_t address, int first_width,
                                                               int first_depth) {
    int const first = along_depth ? byte(first_width, first_depth) : byte(first_depth, first_width);
    constexpr int columns_apart_bytes = along_depth ? 16 : lines * descriptor_line_bytes;  // 16: as good as none
    return matrix_descriptor(address + std::uint32_t(first), descriptor_atom_bytes, columns_apart_bytes);
  }

 private:
  HPCADVISE_DEVICE_FUNCTION static constexpr int byte(int line, int element) {
    return (element / stride * lines + line) * descriptor_line_bytes + element % stride * int(sizeof(Scalar));
  }
};

}  // namespace hpcadvise::kernels
