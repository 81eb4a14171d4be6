// SPDX-License-Identifier: Apache-2.0
#pragma once

// How rows of a matrix come into the block's memory while the block multiplies others: begun when nobody reads there
// any more, finished before the barrier behind which they are read. By asynchronous copies, where rows begin at
// multiples of 16 bytes, else copied when they are begun; or through registers, which hold whole panels of the tile's
// head size: others are copied when they are finished. A tile that copies at once brings its rows between two barriers.

#include "kernels/device/head_matrix.hpp"
#include "kernels/device/panel_copies.hpp"
#include "kernels/fragment/arrived.hpp"
#include "kernels/fragment/block.hpp"

#include <cstdint>
#include <type_traits>

namespace hpcadvise::kernels {

namespace detail {

// The parts of `count` rows that a thread copies, a chunk each, all at the same distances in every thread: so many
// threads stand side by side in a row as are a power of two and go into it.
template <class Tile, int count>
struct RowParts {
  static constexpr int chunks = Tile::head_size / Tile::chunk;
  static constexpr int across = chunks & -chunks;
  static constexpr int rows_at_once = Tile::threads / across;
  static constexpr int parts_of_row = chunks / across;
  static constexpr int parts = (count + rows_at_once - 1) / rows_at_once * parts_of_row;
  static_assert(Tile::threads % across == 0);

  HPCADVISE_DEVICE_FUNCTION static constexpr Position place(int thread, int part) {
    return {.row = thread / across + part / parts_of_row * rows_at_once,
            .column = (thread % across + part % parts_of_row * across) * Tile::chunk};
  }
  HPCADVISE_DEVICE_FUNCTION static constexpr bool holds(Position at) {
    return count % rows_at_once == 0 || at.row < count;
  }
};

template <class Tile, int count, class Input>
HPCADVISE_DEVICE_FUNCTION bool fills_panel(HeadMatrix<Input const> source, int first) {
  return source.head_size == Tile::head_size && first + count <= source.length;
}

// Where a chunk begins in a matrix that fills the panel: its rows are as long as the tile's.
template <class Tile, class Input>
HPCADVISE_DEVICE_FUNCTION Input const* chunk_of(HeadMatrix<Input const> source, int row, int column) {
  return source.data + std::int64_t{row} * Tile::head_size + column;
}

// One part of `chunk` elements, here and now.
template <class Tile>
HPCADVISE_DEVICE_FUNCTION void copy_part(typename Tile::Input* panel, HeadMatrix<typename Tile::Input const> source,
                                         int first, Position at) {
  auto const part = row_part<Tile::chunk>(source, first + at.row, at.column);
  copy_adjacent<Tile::chunk>(panel + at.row * Tile::stride + at.column, part.element);
}

// One thread's share, where that is seldom needed.
template <class Tile, int count>
HPCADVISE_DEVICE_FUNCTION void copy_seldom(typename Tile::Input* panel, HeadMatrix<typename Tile::Input const> source,
                                           int first, int thread) {
  using Parts = RowParts<Tile, count>;
  HPCADVISE_ROLLED
  for (int i = 0; i < Parts::parts; ++i) {
    Position const at = Parts::place(thread, i);
    if (Parts::holds(at)) copy_part<Tile>(panel, source, first, at);
  }
}

// One thread's share, where rows always come so.
template <class Tile, int count>
HPCADVISE_DEVICE_FUNCTION void copy_rows(typename Tile::Input* panel, HeadMatrix<typename Tile::Input const> source,
                                         int first, int thread) {
  constexpr int chunks = Tile::head_size / Tile::chunk;
  for (int index = thread; index < count * chunks; index += Tile::threads)
    copy_part<Tile>(panel, source, first, {.row = index / chunks, .column = index % chunks * Tile::chunk});
}

// One thread's share on its way. What lies beyond the matrix is zero. Whole panels of more than a few parts are worth
// code without that.
template <class Tile, int count, class Block>
HPCADVISE_DEVICE_FUNCTION void begin_rows(Block const& block, typename Tile::Input* panel,
                                          HeadMatrix<typename Tile::Input const> source, int first, int thread) {
  using Parts = RowParts<Tile, count>;
  static_assert(Tile::asynchronous && Tile::chunk * sizeof(typename Tile::Input) == 16);
  if (Parts::parts > 2 && fills_panel<Tile, count>(source, first)) {
    HPCADVISE_UNROLL
    for (int i = 0; i < Parts::parts; ++i) {
      Position const at = Parts::place(thread, i);
      if (!Parts::holds(at)) continue;
      block.template begin_copy<16>(thread, panel + at.row * Tile::stride + at.column,
                                    chunk_of<Tile>(source, first + at.row, at.column), 16);
    }
  } else if (source.head_size % Tile::chunk == 0) {
    HPCADVISE_ROLLED
    for (int i = 0; i < Parts::parts; ++i) {
      Position const at = Parts::place(thread, i);
      if (!Parts::holds(at)) continue;
      bool const valid = first + at.row < source.length && at.column < source.head_size;
      std::int64_t const from = std::int64_t{first + at.row} * source.head_size + at.column;
      block.template begin_copy<16>(thread, panel + at.row * Tile::stride + at.column, source.data + (valid ? from : 0),
                                    valid ? 16 : 0);
    }
  } else {
    copy_seldom<Tile, count>(panel, source, first, thread);
  }
}

// One thread's share: by copies on their way where the tile's are, else here.
template <class Tile, int count, class Block>
HPCADVISE_DEVICE_FUNCTION void bring_rows(Block const& block, typename Tile::Input* panel,
                                          HeadMatrix<typename Tile::Input const> source, int first, int thread) {
  if constexpr (Tile::asynchronous)
    begin_rows<Tile, count>(block, panel, source, first, thread);
  else
    copy_rows<Tile, count>(panel, source, first, thread);
}

}  // namespace detail

// What the threads hold of a panel on its way.
template <class Tile, class Block>
struct ComingPanel {
  using Parts = detail::RowParts<Tile, Tile::columns>;
  struct Nothing {};
  struct Held {
    Registers<std::uint32_t, Tile::chunk* int(sizeof(typename Tile::Input)) / 4> part[Parts::parts];
  };
  std::conditional_t<Tile::through_registers, Held, Nothing> thread[Block::threads_held];
};

namespace detail {

template <class Tile>
HPCADVISE_DEVICE_FUNCTION bool threads_hold(HeadMatrix<typename Tile::Input const> source, int first) {
  return Tile::through_registers && fills_panel<Tile, Tile::columns>(source, first);
}

// One thread's share of the panel from row `first` of the matrix on.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void begin_panel(Block const& block, typename Tile::ColumnPanel& panel,
                                           HeadMatrix<typename Tile::Input const> source, int first,
                                           ComingPanel<Tile, Block>& coming, int held, int thread) {
  static_assert(Tile::asynchronous || Tile::through_registers);
  using Parts = RowParts<Tile, Tile::columns>;
  if constexpr (Tile::asynchronous) {
    begin_rows<Tile, Tile::columns>(block, panel.at, source, first, thread);
  } else if constexpr (Tile::through_registers) {
    if (!threads_hold<Tile>(source, first)) return;
    HPCADVISE_UNROLL
    for (int i = 0; i < Parts::parts; ++i) {
      Position const at = Parts::place(thread, i);
      if (!Parts::holds(at)) continue;
      constexpr int bytes = Tile::chunk * int(sizeof(typename Tile::Input));
      auto const* const from = chunk_of<Tile>(source, first + at.row, at.column);
      __builtin_memcpy(coming.thread[held].part[i].element, __builtin_assume_aligned(from, bytes), bytes);
    }
  }
}

// Behind the last of the panels that come together.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void commit_panels(Block const& block, int thread) {
  if constexpr (Tile::asynchronous) block.commit_copies(thread);
}

// It is there, for who comes after a barrier; asynchronous copies, when they are waited for.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void finish_panel(typename Tile::ColumnPanel& panel,
                                            HeadMatrix<typename Tile::Input const> source, int first,
                                            ComingPanel<Tile, Block> const& coming, int held, int thread) {
  static_assert(Tile::asynchronous || Tile::through_registers);
  using Parts = RowParts<Tile, Tile::columns>;
  if constexpr (Tile::through_registers) {
    if (!threads_hold<Tile>(source, first)) {
      copy_seldom<Tile, Tile::columns>(panel.at, source, first, thread);
      return;
    }
    HPCADVISE_UNROLL
    for (int i = 0; i < Parts::parts; ++i) {
      Position const at = Parts::place(thread, i);
      if (!Parts::holds(at)) continue;
      using Part = Registers<typename Tile::Input, Tile::chunk>;
      auto const part = __builtin_bit_cast(Part, arrived(coming.thread[held].part[i]));
      copy_adjacent<Tile::chunk>(panel.at + at.row * Tile::stride + at.column, part.element);
    }
  }
}

template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void wait_for_panels(Block const& block, int thread) {
  if constexpr (Tile::asynchronous) block.template wait_for_copies<0>(thread);
}

}  // namespace detail

}  // namespace hpcadvise::kernels
