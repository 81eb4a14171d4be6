// SPDX-License-Identifier: Apache-2.0
#pragma once

// A part of an operand in the block's memory, in the instruction's format, and what brings it there.

#include "kernels/fragment/fragment.hpp"
#include "kernels/panel_source.hpp"

#include <cstdint>

namespace hpcadvise::kernels {

// Elements of 16 bytes, the widest access of a thread.
template <class Element>
inline constexpr int wide_access = 16 / int(sizeof(Element));

template <class Element>
bool begins_wide(Element const* data, std::int64_t line_stride) {
  return reinterpret_cast<std::uintptr_t>(data) % 16 == 0 && line_stride % wide_access<Element> == 0;
}

// Whether all lines of the operand begin at a multiple of 16 bytes, so that wide accesses serve it.
template <class Element>
bool is_wide(PanelSource<Element> const& source) {
  return begins_wide(source.data, source.depth_stride == 1 ? source.width_stride : source.depth_stride);
}

// Along which of its extents a panel's lines run.
enum class PanelOrder { along_depth, along_width };

// `width` rows of op(A), or columns of op(B), over `depth`; `padding` elements between two lines put what a warp reads
// at once into different banks of the memory.
template <class Scalar, int width_, int depth_, PanelOrder order_, int padding>
struct Panel {
  static constexpr int width = width_, depth = depth_;
  static constexpr PanelOrder order = order_;
  static constexpr bool along_depth = order == PanelOrder::along_depth;
  static constexpr int lines = along_depth ? width : depth;
  static constexpr int line_length = along_depth ? depth : width;
  static constexpr int stride = line_length + padding;
  static_assert(line_length % wide_access<Scalar> == 0 && stride % wide_access<Scalar> == 0);
  alignas(16) Scalar at[lines * stride];

  HPCADVISE_DEVICE_FUNCTION static constexpr int place(int width_index, int depth_index) {
    return along_depth ? width_index * stride + depth_index : depth_index * stride + width_index;
  }

  // Where 16 bytes of a line are, from element `first` of it on. So many lines on they are as many strides further.
  HPCADVISE_DEVICE_FUNCTION static constexpr int part_place(int line, int first) { return line * stride + first; }
  static constexpr int lines_alike = 1;
};

namespace detail {

// How many of `count` elements from `place` on are within `length`.
template <int count>
HPCADVISE_DEVICE_FUNCTION int elements_within(std::int64_t place, std::int64_t length) {
  std::int64_t const left = length - place;
  return int(left < 0 ? 0 : left < count ? left : count);
}

// The first `left` elements from `from` on, one by one, then zeros.
template <int count, class Element>
HPCADVISE_DEVICE_FUNCTION Registers<Element, count> first_elements(Element const* from, int left) {
  Registers<Element, count> part = {};
  HPCADVISE_UNROLL
  for (int i = 0; i < count; ++i) {
    if (i < left) part.element[i] = from[i];
  }
  return part;
}

}  // namespace detail

}  // namespace hpcadvise::kernels
