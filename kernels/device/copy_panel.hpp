// SPDX-License-Identifier: Apache-2.0
#pragma once

// Part of an operand from memory to a block's panel, in the instruction's format, k running fastest there.

#include "kernels/fragment/fragment.hpp"
#include "kernels/fragment/number_formats.hpp"
#include "kernels/panel_source.hpp"

#include <cstdint>

namespace hpcadvise::kernels {

// Elements of 16 bytes, the widest access of a thread.
template <class Element>
inline constexpr int wide_access = 16 / int(sizeof(Element));

// Whether all lines of the operand begin at a multiple of 16 bytes, so that wide accesses serve it.
template <class Element>
bool is_wide(PanelSource<Element> const& source) {
  std::int64_t const line = source.depth_stride == 1 ? source.width_stride : source.depth_stride;
  return reinterpret_cast<std::uintptr_t>(source.data) % 16 == 0 && line % wide_access<Element> == 0;
}

namespace detail {

// Elements from `place` on along a line of `length`; what lies beyond is zero.
template <int count, class Element>
HPCADVISE_DEVICE_FUNCTION Registers<Element, count> line_part(Element const* line, bool wide, std::int64_t place,
                                                              std::int64_t length) {
  Registers<Element, count> part = {};
  auto const left = int(length - place < count ? length - place : count);
  if (wide && left == count) {
    copy_adjacent<count>(part.element, line + place);
  } else {
    HPCADVISE_UNROLL
    for (int i = 0; i < count; ++i) {
      if (i < left) part.element[i] = line[place + i];
    }
  }
  return part;
}

template <class Input, int count, class Element>
HPCADVISE_DEVICE_FUNCTION Registers<Input, count> converted_part(Registers<Element, count> const& from) {
  Registers<Input, count> to;
  HPCADVISE_UNROLL
  for (int i = 0; i < count; ++i) to.element[i] = converted<Input>(from.element[i]);
  return to;
}

// Lines run along k: they stay lines.
template <int width, int depth, int stride, class Input, class Element>
HPCADVISE_DEVICE_FUNCTION void copy_lines_of_depth(Input* panel, PanelSource<Element> const& source, bool wide,
                                                   std::int64_t first_width, std::int64_t first_depth, int thread,
                                                   int threads) {
  constexpr int count = wide_access<Element>, parts = depth / count;
  for (int index = thread; index < width * parts; index += threads) {
    int const i = index / parts;
    int const p = index % parts * count;
    Registers<Element, count> part = {};
    if (first_width + i < source.width)
      part =
          line_part<count>(source.data + (first_width + i) * source.width_stride, wide, first_depth + p, source.depth);
    auto const input = converted_part<Input>(part);
    copy_adjacent<count>(panel + i * stride + p, input.element);
  }
}

// Lines run across k: each becomes a column.
template <int width, int depth, int stride, class Input, class Element>
HPCADVISE_DEVICE_FUNCTION void copy_lines_of_width(Input* panel, PanelSource<Element> const& source, bool wide,
                                                   std::int64_t first_width, std::int64_t first_depth, int thread,
                                                   int threads) {
  constexpr int count = wide_access<Element>, parts = width / count;
  for (int index = thread; index < depth * parts; index += threads) {
    int const i = index % parts * count;
    int const p = index / parts;
    Registers<Element, count> part = {};
    if (first_depth + p < source.depth)
      part =
          line_part<count>(source.data + (first_depth + p) * source.depth_stride, wide, first_width + i, source.width);
    auto const input = converted_part<Input>(part);
    HPCADVISE_UNROLL
    for (int e = 0; e < count; ++e) panel[(i + e) * stride + p] = input.element[e];
  }
}

}  // namespace detail

// One thread's share of `width` x `depth` elements from (first_width, first_depth) on, both multiples of wide_access.
// What lies beyond the operand is zero. `wide`: see is_wide; else element by element.
template <int width, int depth, int stride, class Input, class Element>
HPCADVISE_DEVICE_FUNCTION void copy_panel(Input* panel, PanelSource<Element> const& source, bool wide,
                                          std::int64_t first_width, std::int64_t first_depth, int thread, int threads) {
  constexpr int count = wide_access<Element>;
  static_assert(width % count == 0 && depth % count == 0 && stride % count == 0);
  if (source.depth_stride == 1)
    detail::copy_lines_of_depth<width, depth, stride>(panel, source, wide, first_width, first_depth, thread, threads);
  else
    detail::copy_lines_of_width<width, depth, stride>(panel, source, wide, first_width, first_depth, thread, threads);
}

}  // namespace hpcadvise::kernels
