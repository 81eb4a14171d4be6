// SPDX-License-Identifier: Apache-2.0
#pragma once

// A panel by copies that go on while the block multiplies another. They convert nothing, and turn elements of 4 and 8
// bytes alone: panels of 16-bit ones lie as their operand does.

#include "kernels/device/panel.hpp"

#include <cstdint>

namespace hpcadvise::kernels {

namespace detail {

// A line of the panel is a part of one of the operand.
template <int threads, class Block, class PanelType, class Element>
HPCADVISE_DEVICE_FUNCTION void begin_lines(Block const& block, PanelType& panel, PanelSource<Element> const& source,
                                           bool wide, std::int64_t first_width, std::int64_t first_depth, int thread) {
  constexpr int count = wide_access<Element>, parts = PanelType::line_length / count;
  // Eight threads write at once: a line of 128 bytes or more, else the same part of eight, which the padding has put
  // into different banks.
  constexpr int together = parts >= 8 ? 1 : 8;
  static_assert(PanelType::lines * parts % threads == 0 && PanelType::lines % together == 0);
  constexpr bool along_depth = PanelType::along_depth;
  std::int64_t const line_stride = along_depth ? source.width_stride : source.depth_stride;
  std::int64_t const lines = along_depth ? source.width : source.depth;
  std::int64_t const length = along_depth ? source.depth : source.width;
  std::int64_t const first_line = along_depth ? first_width : first_depth;
  std::int64_t const first = along_depth ? first_depth : first_width;
  HPCADVISE_UNROLL
  for (int index = thread; index < PanelType::lines * parts; index += threads) {
    int const line = index / (parts * together) * together + index % together;
    int const part = index / together % parts * count;
    Element* const to = panel.at + line * PanelType::stride + part;
    Element const* const from = source.data + (first_line + line) * line_stride;
    int const valid = first_line + line < lines ? elements_within<count>(first + part, length) : 0;
    if (wide) {
      block.template begin_copy<16>(thread, to, valid > 0 ? from + first + part : source.data,
                                    valid * int(sizeof(Element)));
    } else {
      auto const elements = line_part<count>(from, false, first + part, valid > 0 ? length : 0);
      copy_adjacent<count>(to, elements.element);
    }
  }
}

// Neighbouring threads along the operand's lines, no further than the 32 bytes that memory is read by, so that they
// write to different banks too.
template <int threads, class Block, class PanelType, class Element>
HPCADVISE_DEVICE_FUNCTION void begin_elements(Block const& block, PanelType& panel, PanelSource<Element> const& source,
                                              std::int64_t first_width, std::int64_t first_depth, int thread) {
  constexpr int width = PanelType::width, depth = PanelType::depth;
  constexpr int together = 32 / int(sizeof(Element));
  static_assert(width * depth % threads == 0 && depth % together == 0);
  bool const along_depth = source.depth_stride == 1;
  HPCADVISE_UNROLL
  for (int index = thread; index < width * depth; index += threads) {
    int const i = along_depth ? index / together % width : index % width;
    int const p = along_depth ? index / (together * width) * together + index % together : index / width;
    std::int64_t const w = first_width + i;
    std::int64_t const d = first_depth + p;
    bool const valid = w < source.width && d < source.depth;
    Element const* const from = source.data + (valid ? w * source.width_stride + d * source.depth_stride : 0);
    block.template begin_copy<sizeof(Element)>(thread, panel.at + PanelType::place(i, p), from,
                                               valid ? int(sizeof(Element)) : 0);
  }
}

}  // namespace detail

// One thread's share of the panel from (first_width, first_depth) on; what lies beyond the operand is zero. `wide`: see
// is_wide; else element by element, of 16 bits at once.
template <int threads, class Block, class PanelType, class Element>
HPCADVISE_DEVICE_FUNCTION void begin_panel(Block const& block, PanelType& panel, PanelSource<Element> const& source,
                                           bool wide, std::int64_t first_width, std::int64_t first_depth, int thread) {
  if constexpr (sizeof(Element) < 4) {
    detail::begin_lines<threads>(block, panel, source, wide, first_width, first_depth, thread);
  } else {
    if (wide && PanelType::along_depth == (source.depth_stride == 1))
      detail::begin_lines<threads>(block, panel, source, true, first_width, first_depth, thread);
    else
      detail::begin_elements<threads>(block, panel, source, first_width, first_depth, thread);
  }
}

}  // namespace hpcadvise::kernels
