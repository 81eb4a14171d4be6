// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a warp does with the rows of a product that it holds: reductions over them, and the next product with them as A.
// An instruction that serves for it (has_rows) deals its C out in rows:
//   a lane's elements are runs of row_elements in one row;
//   the lanes that share a row have numbers that differ in the bits of some masks, the same for all rows;
//   the registers of adjacent C fragments, taken one after the other, are those of adjacent A fragments (of each
//   instruction in a Stacked one).

#include "kernels/fragment/device_function.hpp"
#include "kernels/fragment/fragment.hpp"
#include "kernels/fragment/number_formats.hpp"
#include "kernels/fragment/registers.hpp"
#include "kernels/fragment/stacked.hpp"

namespace hpcadvise::kernels {

template <class Instruction>
inline constexpr int row_elements = [] {
  int count = 1;
  while (count < c_elements<Instruction> &&
         Instruction::c_position(0, count).row == Instruction::c_position(0, 0).row) {
    ++count;
  }
  return count;
}();

template <class Instruction>
inline constexpr int rows_per_lane = c_elements<Instruction> / row_elements<Instruction>;

// The row of a lane's run.
template <class Instruction>
HPCADVISE_DEVICE_FUNCTION constexpr int row_of(int lane, int run) {
  return Instruction::c_position(lane, run * row_elements<Instruction>).row;
}

// Whether lanes whose numbers differ in the bit `mask` hold the same rows.
template <class Instruction>
HPCADVISE_DEVICE_FUNCTION constexpr bool share_rows(int mask) {
  return Instruction::c_position(mask, 0).row == Instruction::c_position(0, 0).row;
}

namespace detail {

// Where an element of the A fragment `step` is: in which of adjacent C fragments, and there which element.
struct ElementOfC {
  int fragment;
  int element;
};
template <class Instruction>
HPCADVISE_DEVICE_FUNCTION constexpr ElementOfC element_of_c(int step, int a_element) {
  constexpr int in_a = a_elements<Instruction> / stacked_instructions<Instruction>;
  constexpr int in_c = c_elements<Instruction> / stacked_instructions<Instruction>;
  int const place = step * in_a + a_element % in_a;
  return {.fragment = place / in_c, .element = a_element / in_a * in_c + place % in_c};
}

}  // namespace detail

template <class Instruction>
inline constexpr bool has_rows = [] {
  constexpr int n = Instruction::n, k = Instruction::k;
  for (int lane = 0; lane < Instruction::lanes; ++lane) {
    for (int element = 0; element < c_elements<Instruction>; ++element) {
      if (Instruction::c_position(lane, element).row !=
          row_of<Instruction>(lane, element / row_elements<Instruction>)) {
        return false;
      }
    }
    for (int mask = 1; mask < Instruction::lanes; mask *= 2) {
      bool const same = Instruction::c_position(lane ^ mask, 0).row == Instruction::c_position(lane, 0).row;
      if (same != share_rows<Instruction>(mask)) return false;
    }
    for (int step = 0; step < n; ++step) {
      for (int element = 0; element < a_elements<Instruction>; ++element) {
        auto const [fragment, element_of_fragment] = detail::element_of_c<Instruction>(step, element);
        Position const in_a = Instruction::a_position(lane, element);
        Position const in_c = Instruction::c_position(lane, element_of_fragment);
        if (in_a.row != in_c.row || in_a.column + step * k != in_c.column + fragment * n) return false;
      }
    }
  }
  return true;
}();

// A number for each row that a lane holds elements of.
template <class Warp>
using RowNumbers = Fragment<Warp, Registers<float, rows_per_lane<typename Warp::Instruction>>>;

struct Larger {
  HPCADVISE_DEVICE_FUNCTION float operator()(float a, float b) const { return a > b ? a : b; }
};
struct Plus {
  HPCADVISE_DEVICE_FUNCTION float operator()(float a, float b) const { return a + b; }
};

// Over the lanes that share the rows; each has the result, and all the same one.
template <class Warp, class Operation>
HPCADVISE_DEVICE_FUNCTION void reduce_over_lanes(Warp warp, RowNumbers<Warp>& numbers, Operation operation) {
  using Instruction = typename Warp::Instruction;
  HPCADVISE_UNROLL
  for (int mask = 1; mask < Instruction::lanes; mask *= 2) {
    if (!share_rows<Instruction>(mask)) continue;
    RowNumbers<Warp> const others = warp.exchanged(numbers, mask);
    for (int held = 0; held < Warp::lanes_held; ++held) {
      HPCADVISE_UNROLL
      for (int run = 0; run < rows_per_lane<Instruction>; ++run) {
        float& number = numbers.held[held].element[run];
        number = operation(number, others.held[held].element[run]);
      }
    }
  }
}

// The A fragment that covers columns step * k to step * k + k - 1 of adjacent C fragments, rounded to Input. Each lane
// has its elements already.
template <class Warp>
HPCADVISE_DEVICE_FUNCTION AFragment<Warp> a_of_c(CFragment<Warp> const* c, int step) {
  using Instruction = typename Warp::Instruction;
  static_assert(has_rows<Instruction>);
  AFragment<Warp> a;
  for (int held = 0; held < Warp::lanes_held; ++held) {
    HPCADVISE_UNROLL
    for (int element = 0; element < a_elements<Instruction>; ++element) {
      auto const [fragment, element_of_fragment] = detail::element_of_c<Instruction>(step, element);
      a.held[held].element[element] =
          converted<typename Instruction::Input>(c[fragment].held[held].element[element_of_fragment]);
    }
  }
  return a;
}

}  // namespace hpcadvise::kernels
