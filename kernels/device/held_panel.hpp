// SPDX-License-Identifier: Apache-2.0
#pragma once

// A panel by way of the registers of a block's threads: converted to the instruction's format on the way, and turned
// where the operand's lines run across k. Where it ends within the operand and wide accesses serve, the threads hold it
// from load_panel to store_panel; elsewhere copy_panel does both.

#include "kernels/device/panel.hpp"
#include "kernels/fragment/arrived.hpp"
#include "kernels/fragment/number_formats.hpp"

#include <cstdint>
#include <type_traits>

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
  Registers<std::uint32_t, 4> part[parts];

  // Where a part begins: it runs along k if the operand's lines do, else across it.
  HPCADVISE_DEVICE_FUNCTION static PlaceInPanel place(bool lines_along_depth, int thread, int part) {
    int const index = part * threads + thread;
    if (lines_along_depth) return {.width = index / (depth / count), .depth = index % (depth / count) * count};
    return {.width = index % (width / count) * count, .depth = index / (width / count)};
  }
};

// From (first_width, first_depth) on.
template <class Element, int width, int depth, int threads>
HPCADVISE_DEVICE_FUNCTION void load_panel(HeldPanel<Element, width, depth, threads>& held,
                                          PanelSource<Element> const& source, std::int64_t first_width,
                                          std::int64_t first_depth, int thread) {
  using Held = HeldPanel<Element, width, depth, threads>;
  HPCADVISE_UNROLL
  for (int i = 0; i < Held::parts; ++i) {
    auto const at = Held::place(source.depth_stride == 1, thread, i);
    Element const* const from =
        source.data + (first_width + at.width) * source.width_stride + (first_depth + at.depth) * source.depth_stride;
    __builtin_memcpy(held.part[i].element, __builtin_assume_aligned(from, 16), 16);
  }
}

namespace detail {

template <class PanelType, class Element, int count>
HPCADVISE_DEVICE_FUNCTION void store_part(PanelType& panel, PlaceInPanel at, bool along_depth,
                                          Registers<Element, count> const& part) {
  using Input = std::remove_extent_t<decltype(panel.at)>;
  static_assert(PanelType::along_depth);
  Registers<Input, count> converted_part;
  HPCADVISE_UNROLL
  for (int e = 0; e < count; ++e) converted_part.element[e] = converted<Input>(part.element[e]);
  if (along_depth) {
    copy_adjacent<count>(panel.at + PanelType::place(at.width, at.depth), converted_part.element);
  } else {
    HPCADVISE_UNROLL
    for (int e = 0; e < count; ++e) panel.at[PanelType::place(at.width + e, at.depth)] = converted_part.element[e];
  }
}

}  // namespace detail

template <class PanelType, class Element, int width, int depth, int threads>
HPCADVISE_DEVICE_FUNCTION void store_panel(PanelType& panel, HeldPanel<Element, width, depth, threads> const& held,
                                           PanelSource<Element> const& source, int thread) {
  using Held = HeldPanel<Element, width, depth, threads>;
  bool const along_depth = source.depth_stride == 1;
  HPCADVISE_UNROLL
  for (int i = 0; i < Held::parts; ++i) {
    auto const part = __builtin_bit_cast(Registers<Element, Held::count>, arrived(held.part[i]));
    detail::store_part(panel, Held::place(along_depth, thread, i), along_depth, part);
  }
}

// Element by element; what lies beyond the operand is zero.
template <int threads, class PanelType, class Element>
HPCADVISE_DEVICE_FUNCTION void copy_panel(PanelType& panel, PanelSource<Element> const& source,
                                          std::int64_t first_width, std::int64_t first_depth, int thread) {
  using Held = HeldPanel<Element, PanelType::width, PanelType::depth, threads>;
  bool const along_depth = source.depth_stride == 1;
  HPCADVISE_ROLLED
  for (int i = 0; i < Held::parts; ++i) {
    auto const at = Held::place(along_depth, thread, i);
    std::int64_t const w = first_width + at.width;
    std::int64_t const d = first_depth + at.depth;
    int const left = along_depth ? (w < source.width ? detail::elements_within<Held::count>(d, source.depth) : 0)
                                 : (d < source.depth ? detail::elements_within<Held::count>(w, source.width) : 0);
    Element const* const from = source.data + w * source.width_stride + d * source.depth_stride;
    detail::store_part(panel, at, along_depth, detail::first_elements<Held::count>(from, left));
  }
}

}  // namespace hpcadvise::kernels
