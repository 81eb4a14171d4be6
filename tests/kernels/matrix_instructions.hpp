// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the tests of fragments and of tiles run over.

#include "kernels/device/gemm_tiles.hpp"

#include <concepts>
#include <random>
#include <tuple>

namespace hpcadvise::kernels {

using MmaSyncTiles = std::tuple<MmaSyncF16Tile, MmaSyncBf16Tile, MmaSyncTf32Tile, MmaSyncF64Tile>;
using MfmaTiles = std::tuple<Mfma32F16Tile, Mfma32Bf16Tile, Mfma16F16Tile, Mfma16Bf16Tile, MfmaFp32Tile, MfmaF64Tile>;
using Tiles = decltype(std::tuple_cat(MmaSyncTiles{}, MfmaTiles{}, std::tuple<FmaF32Tile>{}));

template <class... Tile>
std::tuple<typename Tile::Instruction...> instructions_of(std::tuple<Tile...>);
using Instructions = decltype(instructions_of(Tiles{}));

// `value` as a number of the format; exact formats keep it.
template <class Number>
Number number(double value) {
  if constexpr (std::floating_point<Number>) {
    return Number(value);
  } else {
    return converted<Number>(float(value));
  }
}

// Numbers of either sign between 1/4 and 1: none that an instruction would flush to zero.
struct AwayFromZero {
  std::uniform_real_distribution<double> magnitude{0.25, 1};
  std::bernoulli_distribution negative;
  double operator()(std::mt19937& generator) {
    double const value = magnitude(generator);
    return negative(generator) ? -value : value;
  }
};

}  // namespace hpcadvise::kernels
