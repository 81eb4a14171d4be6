// SPDX-License-Identifier: Apache-2.0
#pragma once

// The two products that all of attention is made of. A block keeps rows of one matrix (queries, or keys) and passes
// over the columns of the score matrix (keys, or queries) a panel at a time: scores = rows x columns^T, over head_size;
// and sums += weights x columns, over the panel, whose weights are made of the scores in the registers that hold them.

#include "kernels/device/attention_panel.hpp"
#include "kernels/device/attention_problem.hpp"
#include "kernels/device/head_matrix.hpp"
#include "kernels/fragment/block.hpp"
#include "kernels/fragment/rows.hpp"

#include <limits>
#include <type_traits>

namespace hpcadvise::kernels {

struct AttentionExtents {
  int warps;               // in a block, with an instruction's m rows each
  int blocks;              // that a multiprocessor holds at once: what a kernel is compiled for
  int columns;             // of a panel
  int head_size;           // the largest that the tile serves; beyond a smaller one it computes with zeros
  int output_size;         // the part of it that a block's sums are of
  bool rows_in_registers;  // else in the block's memory
  PanelCopies copies;
};

template <class InstructionType, AttentionExtents extents>
struct AttentionTile {
  using Instruction = InstructionType;
  using Input = typename Instruction::Input;
  static constexpr int warps = extents.warps;
  static constexpr int blocks = extents.blocks;
  static constexpr int threads = warps * Instruction::lanes;
  static constexpr int rows = warps * Instruction::m;
  static constexpr int columns = extents.columns;
  static constexpr int head_size = extents.head_size;
  static constexpr int output_size = extents.output_size;
  static constexpr bool rows_in_registers = extents.rows_in_registers;
  static constexpr bool at_once = extents.copies == PanelCopies::at_once;
  static constexpr bool asynchronous = extents.copies == PanelCopies::asynchronous;
  static constexpr bool through_registers = extents.copies == PanelCopies::through_registers;
  // Of the panels that backward passes over: the next ones come into the second while the block reads the first.
  static constexpr int buffers = asynchronous ? 2 : 1;
  HPCADVISE_DEVICE_FUNCTION static constexpr int buffer_of(int panel) { return panel & (buffers - 1); }
  static constexpr int score_fragments = columns / Instruction::n;
  static constexpr int output_fragments = output_size / Instruction::n;
  static constexpr int score_steps = head_size / Instruction::k;
  static constexpr int output_steps = columns / Instruction::k;
  static_assert(columns % Instruction::n == 0 && columns % Instruction::k == 0);
  static_assert(head_size % Instruction::k == 0 && output_size % Instruction::n == 0);
  static_assert(head_size % output_size == 0);

  // Elements that are copied at once, and by which a row is longer, so that lanes read different banks: mma.sync 16
  // bytes of 8 rows at a time, MFMA 8 bytes of 16.
  static constexpr int chunk = 16 / Instruction::adjacent;
  static constexpr int stride = head_size + chunk;

  template <int count>
  struct Panel {
    alignas(16) Input at[count * stride];
  };
  struct Nothing {};
  using ColumnPanel = Panel<columns>;
  using RowPanel = std::conditional_t<rows_in_registers, Nothing, Panel<rows>>;

  // A warp's rows, in one place or the other.
  template <class Warp>
  struct HeldRows {
    AFragment<Warp> at[score_steps];
  };
  struct RowsInPanel {
    Input const* at;
  };
  template <class Warp>
  using Rows = std::conditional_t<rows_in_registers, HeldRows<Warp>, RowsInPanel>;
};

// fp16 weights, at most 1, are multiplied by 2^15: the smallest normal one is then 2^-29 of the largest, not 2^-14,
// below which gfx90a takes them as zero. A row of 128k equal weights has 2^-17 each.
template <class Input>
inline constexpr int weight_exponent = std::is_same_v<Input, Half> ? 15 : 0;

inline constexpr float log2_of_e = 1.44269504F;
inline constexpr float infinity = std::numeric_limits<float>::infinity();

namespace detail {

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void load_rows(Warp warp, typename Tile::template HeldRows<Warp>& rows,
                                         HeadMatrix<typename Tile::Input const> source, int first) {
  using Instruction = typename Tile::Instruction;
  constexpr int adjacent = Instruction::adjacent;
  for (int held = 0; held < Warp::lanes_held; ++held) {
    HPCADVISE_UNROLL
    for (int step = 0; step < Tile::score_steps; ++step) {
      HPCADVISE_UNROLL
      for (int element = 0; element < a_elements<Instruction>; element += adjacent) {
        Position const at = Instruction::a_position(warp.lane(held), element);
        auto const part = row_part<adjacent>(source, first + at.row, step * Instruction::k + at.column);
        copy_adjacent<adjacent>(rows.at[step].held[held].element + element, part.element);
      }
    }
  }
}

// The block's rows from `first` on, on their way like panels, in the same group as the next of these.
template <class Tile, class Block>
HPCADVISE_DEVICE_FUNCTION void take_rows(
    Block const& block, HeadMatrix<typename Tile::Input const> source, int first, typename Tile::RowPanel& panel,
    typename Tile::template Rows<typename Block::Warp> (&rows)[Block::warps_held]) {
  static_assert(std::is_same_v<typename Block::Warp::Instruction, typename Tile::Instruction>);
  constexpr int warp_rows = Tile::Instruction::m;
  if constexpr (Tile::rows_in_registers) {
    block.each_warp([=, &block, &rows](int held, int warp_index) {
      load_rows<Tile>(block.warp(), rows[held], source, first + warp_index * warp_rows);
    });
  } else {
    block.each_thread([=, &block, &panel](int /*held*/, int thread) {
      bring_rows<Tile, Tile::rows>(block, panel.at, source, first, thread);
    });
    block.each_warp([=, &panel, &rows](int held, int warp_index) {
      rows[held].at = panel.at + warp_index * warp_rows * Tile::stride;
    });
  }
}

template <class Warp, class Registers, int count>
HPCADVISE_DEVICE_FUNCTION void clear(Fragment<Warp, Registers> (&fragments)[count]) {
  HPCADVISE_UNROLL
  for (auto& fragment : fragments) fragment = {};
}

template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void multiply_columns(Warp warp, typename Tile::template Rows<Warp> const& rows,
                                                typename Tile::ColumnPanel const& columns,
                                                CFragment<Warp> (&scores)[Tile::score_fragments]) {
  using Instruction = typename Tile::Instruction;
  clear(scores);
  HPCADVISE_UNROLL
  for (int step = 0; step < Tile::score_steps; ++step) {
    AFragment<Warp> a;
    if constexpr (Tile::rows_in_registers) {
      a = rows.at[step];
    } else {
      load_a(warp, a, rows.at + step * Instruction::k, Tile::stride);
    }
    HPCADVISE_UNROLL
    for (int j = 0; j < Tile::score_fragments; j += 2) {
      BFragment<Warp> b[2];
      auto const* const at = columns.at + j * Instruction::n * Tile::stride + step * Instruction::k;
      if (j + 1 < Tile::score_fragments)
        load_two_b(warp, b, at, Tile::stride);
      else
        load_b(warp, b[0], at, Tile::stride);
      HPCADVISE_UNROLL
      for (int i = 0; i < 2 && j + i < Tile::score_fragments; ++i) warp.multiply_accumulate(scores[j + i], a, b[i]);
    }
  }
}

// From `first_column` of head_size on.
template <class Tile, class Warp>
HPCADVISE_DEVICE_FUNCTION void add_weighted_columns(Warp warp, CFragment<Warp> const (&weights)[Tile::score_fragments],
                                                    typename Tile::ColumnPanel const& columns, int first_column,
                                                    CFragment<Warp> (&sums)[Tile::output_fragments]) {
  using Instruction = typename Tile::Instruction;
  HPCADVISE_UNROLL
  for (int step = 0; step < Tile::output_steps; ++step) {
    AFragment<Warp> const a = a_of_c<Warp>(weights, step);
    auto const* const tile = columns.at + step * Instruction::k * Tile::stride + first_column;
    HPCADVISE_UNROLL
    for (int j = 0; j < Tile::output_fragments; j += 2) {
      BFragment<Warp> b[2];
      auto const* const at = tile + j * Instruction::n;
      if (j + 1 < Tile::output_fragments)
        load_two_row_major_b(warp, b, at, Tile::stride);
      else
        load_row_major_b(warp, b[0], at, Tile::stride);
      HPCADVISE_UNROLL
      for (int i = 0; i < 2 && j + i < Tile::output_fragments; ++i) warp.multiply_accumulate(sums[j + i], a, b[i]);
    }
  }
}

// Where an element of adjacent C fragments lies: in the lane's registers, and in the matrix.
struct Place {
  int fragment;
  int held;
  int element;
  int run;     // of the lane's rows
  int row;     // of the warp's
  int column;  // of the fragments'
};

template <class Warp, int count>
HPCADVISE_DEVICE_FUNCTION float& at_place(CFragment<Warp> (&fragments)[count], Place place) {
  return fragments[place.fragment].held[place.held].element[place.element];
}

template <int fragments, class Warp, class Act>
HPCADVISE_DEVICE_FUNCTION void at_each_place(Warp warp, Act act) {
  using Instruction = typename Warp::Instruction;
  for (int held = 0; held < Warp::lanes_held; ++held) {
    HPCADVISE_UNROLL
    for (int fragment = 0; fragment < fragments; ++fragment) {
      HPCADVISE_UNROLL
      for (int element = 0; element < c_elements<Instruction>; ++element) {
        Position const at = Instruction::c_position(warp.lane(held), element);
        act(Place{.fragment = fragment,
                  .held = held,
                  .element = element,
                  .run = element / row_elements<Instruction>,
                  .row = at.row,
                  .column = fragment * Instruction::n + at.column});
      }
    }
  }
}

// The warp's sums, times `factor`, into rows from `first_row` and columns from `first_column` on. Elements that are
// adjacent in A are so in C, as has_rows says.
template <class Warp, class Input, int count>
HPCADVISE_DEVICE_FUNCTION void store_rows(Warp warp, CFragment<Warp> const (&sums)[count], float factor,
                                          HeadMatrix<Input> to, int first_row, int first_column) {
  using Instruction = typename Warp::Instruction;
  constexpr int adjacent = Instruction::adjacent;
  for (int held = 0; held < Warp::lanes_held; ++held) {
    HPCADVISE_UNROLL
    for (int fragment = 0; fragment < count; ++fragment) {
      HPCADVISE_UNROLL
      for (int element = 0; element < c_elements<Instruction>; element += adjacent) {
        Position const at = Instruction::c_position(warp.lane(held), element);
        Registers<Input, adjacent> part;
        HPCADVISE_UNROLL
        for (int i = 0; i < adjacent; ++i) {
          part.element[i] = converted<Input>(factor * sums[fragment].held[held].element[element + i]);
        }
        store_row_part(to, first_row + at.row, first_column + fragment * Instruction::n + at.column, part);
      }
    }
  }
}

}  // namespace detail

}  // namespace hpcadvise::kernels
