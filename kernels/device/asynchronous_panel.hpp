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
  constexpr int lines_at_once = threads / parts;
  static_assert(threads % (parts * together) == 0 && PanelType::lines % lines_at_once == 0);
  static_assert(lines_at_once % PanelType::lines_alike == 0);
  constexpr bool along_depth = PanelType::along_depth;
  std::int64_t const line_stride = along_depth ? source.width_stride : source.depth_stride;
  std::int64_t const lines = along_depth ? source.width : source.depth;
  std::int64_t const length = along_depth ? source.depth : source.width;
  std::int64_t const first_line = along_depth ? first_width : first_depth;
  std::int64_t const first = along_depth ? first_depth : first_width;
  int const line = thread / (parts * together) * together + thread % together;
  int const part = thread / together % parts * count;
  Element* const to = panel.at + PanelType::part_place(line, part);
  Element const* const from = source.data + (first_line + line) * line_stride + first + part;
  if (wide && first_line + PanelType::lines <= lines && first + PanelType::line_length <= length) {
    HPCADVISE_UNROLL
    for (int i = 0; i < PanelType::lines; i += lines_at_once)
      block.template begin_copy<16>(thread, to + i * PanelType::stride, from + i * line_stride, 16);
    return;
  }
  HPCADVISE_ROLLED
  for (int i = 0; i < PanelType::lines; i += lines_at_once) {
    int const valid = first_line + line + i < lines ? elements_within<count>(first + part, length) : 0;
    if (wide) {
      block.template begin_copy<16>(thread, to + i * PanelType::stride,
                                    valid > 0 ? from + i * line_stride : source.data, valid * int(sizeof(Element)));
    } else {
      auto const elements = first_elements<count>(from + i * line_stride, valid);
      copy_adjacent<count>(to + i * PanelType::stride, elements.element);
    }
  }
}

// Threads side by side: `across` of them by `threads / across` along k.
template <int threads, int across, class Block, class PanelType, class Element>
HPCADVISE_DEVICE_FUNCTION void begin_elements(Block const& block, PanelType& panel, PanelSource<Element> const& source,
                                              std::int64_t first_width, std::int64_t first_depth, int width_index,
                                              int depth_index, int thread) {
  constexpr int width = PanelType::width, depth = PanelType::depth, along = threads / across;
  static_assert(width % across == 0 && depth % along == 0);
  constexpr int bytes = sizeof(Element);
  std::int64_t const w = first_width + width_index;
  std::int64_t const d = first_depth + depth_index;
  Element* const to = panel.at + PanelType::place(width_index, depth_index);
  Element const* const from = source.data + w * source.width_stride + d * source.depth_stride;
  if (first_width + width <= source.width && first_depth + depth <= source.depth) {
    HPCADVISE_UNROLL
    for (int p = 0; p < depth; p += along) {
      HPCADVISE_UNROLL
      for (int i = 0; i < width; i += across) {
        block.template begin_copy<bytes>(thread, to + PanelType::place(i, p),
                                         from + i * source.width_stride + p * source.depth_stride, bytes);
      }
    }
    return;
  }
  HPCADVISE_ROLLED
  for (int p = 0; p < depth; p += along) {
    HPCADVISE_ROLLED
    for (int i = 0; i < width; i += across) {
      bool const valid = w + i < source.width && d + p < source.depth;
      block.template begin_copy<bytes>(thread, to + PanelType::place(i, p),
                                       valid ? from + i * source.width_stride + p * source.depth_stride : source.data,
                                       valid ? bytes : 0);
    }
  }
}

// Neighbouring threads along the operand's lines, across k no further than the 32 bytes that memory is read by: so they
// write to different banks too.
template <int threads, class Block, class PanelType, class Element>
HPCADVISE_DEVICE_FUNCTION void begin_elements(Block const& block, PanelType& panel, PanelSource<Element> const& source,
                                              std::int64_t first_width, std::int64_t first_depth, int thread) {
  constexpr int along = 32 / int(sizeof(Element));
  constexpr int across = threads < PanelType::width ? threads : PanelType::width;
  if (source.depth_stride == 1)
    begin_elements<threads, threads / along>(block, panel, source, first_width, first_depth, thread / along,
                                             thread % along, thread);
  else
    begin_elements<threads, across>(block, panel, source, first_width, first_depth, thread % across, thread / across,
                                    thread);
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
