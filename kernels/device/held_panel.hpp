// SPDX-License-Identifier: Apache-2.0
#pragma once

// A panel by way of the registers of a block's threads, which hold it from its loading to its storing: converted to the
// instruction's format on the way, and turned where the operand's lines run across k.

#include "kernels/device/panel.hpp"
#include "kernels/fragment/number_formats.hpp"

#include <cstdint>

namespace hpcadvise::kernels {

struct PlaceInPanel {
  int width;
  int depth;
};

// One thread's share.
template <class Element, int width, int depth, int threads>
struct HeldPanel {
  static constexpr int count = wide_access<Element>;
  static constexpr int parts = width * depth / count / threads;
  static_assert(parts * count * threads == width * depth && width % count == 0 && depth % count == 0);
  Registers<Element, count> part[parts];

  // Where a part begins: it runs along k if the operand's lines do, else across it.
  HPCADVISE_DEVICE_FUNCTION static PlaceInPanel place(bool lines_along_depth, int thread, int part) {
    int const index = part * threads + thread;
    if (lines_along_depth) return {.width = index / (depth / count), .depth = index % (depth / count) * count};
    return {.width = index % (width / count) * count, .depth = index / (width / count)};
  }
};

// From (first_width, first_depth) on; what lies beyond the operand is zero. `wide`: see is_wide; else element by
// element.
template <class Element, int width, int depth, int threads>
HPCADVISE_DEVICE_FUNCTION void load_panel(HeldPanel<Element, width, depth, threads>& held,
                                          PanelSource<Element> const& source, bool wide, std::int64_t first_width,
                                          std::int64_t first_depth, int thread) {
  using Held = HeldPanel<Element, width, depth, threads>;
  bool const along_depth = source.depth_stride == 1;
  HPCADVISE_UNROLL
  for (int i = 0; i < Held::parts; ++i) {
    auto const at = Held::place(along_depth, thread, i);
    std::int64_t const w = first_width + at.width;
    std::int64_t const d = first_depth + at.depth;
    held.part[i] = {};
    if (along_depth && w < source.width)
      held.part[i] = detail::line_part<Held::count>(source.data + w * source.width_stride, wide, d, source.depth);
    if (!along_depth && d < source.depth)
      held.part[i] = detail::line_part<Held::count>(source.data + d * source.depth_stride, wide, w, source.width);
  }
}

template <class PanelType, class Element, int width, int depth, int threads>
HPCADVISE_DEVICE_FUNCTION void store_panel(PanelType& panel, HeldPanel<Element, width, depth, threads> const& held,
                                           bool lines_along_depth, int thread) {
  using Held = HeldPanel<Element, width, depth, threads>;
  using Input = std::remove_extent_t<decltype(panel.at)>;
  static_assert(PanelType::along_depth && PanelType::width == width && PanelType::depth == depth);
  HPCADVISE_UNROLL
  for (int i = 0; i < Held::parts; ++i) {
    auto const at = Held::place(lines_along_depth, thread, i);
    Registers<Input, Held::count> part;
    HPCADVISE_UNROLL
    for (int e = 0; e < Held::count; ++e) part.element[e] = converted<Input>(held.part[i].element[e]);
    if (lines_along_depth) {
      detail::copy_adjacent<Held::count>(panel.at + PanelType::place(at.width, at.depth), part.element);
    } else {
      HPCADVISE_UNROLL
      for (int e = 0; e < Held::count; ++e) panel.at[PanelType::place(at.width + e, at.depth)] = part.element[e];
    }
  }
}

}  // namespace hpcadvise::kernels
