// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the tests of fragments and of tiles run over.

#include "kernels/device/gemm_tiles.hpp"
#include "kernels/fragment/stacked.hpp"
#include "kernels/fragment/transposed.hpp"

#include <concepts>
#include <random>
#include <tuple>

namespace hpcadvise::kernels {

template <class... Tile>
std::tuple<Tile...> tuple_of(TileList<Tile...>);
template <class... List>
using TilesOf = decltype(std::tuple_cat(tuple_of(List{})...));

// The first of each instruction's.
using Tiles = std::tuple<MmaSync16BitTile<Half>, MmaSync16BitTile<BFloat16>, MmaSyncTf32Tile, MmaSyncF64SmallTile,
                         FmaF32Tile, Mfma32Tile<Half>, Mfma32Tile<BFloat16>, Mfma16Tile<Half>, Mfma16Tile<BFloat16>,
                         MfmaFp32Tile, MfmaF64Tile>;
// All of them, one format for 16 bits.
using WgmmaTiles = TileList<WgmmaLargeTile<BFloat16>, WgmmaTile<Half>>;
using MmaSyncTiles = TilesOf<MmaSync16BitTiles<BFloat16>, MmaSyncTf32Tiles, MmaSyncF64Tiles>;
using AsynchronousTiles = TilesOf<WgmmaTiles, MmaSync16BitTiles<BFloat16>, MmaSyncF64Tiles, FmaF32Tiles>;
using AllTiles = TilesOf<WgmmaTiles, MmaSync16BitTiles<BFloat16>, MmaSyncTf32Tiles, MmaSyncF64Tiles, FmaF32Tiles,
                         Mfma16BitTiles<Half>, MfmaFp32Tiles, MfmaF64Tiles>;

using BoundedTiles = decltype(std::tuple_cat(Tiles{}, TilesOf<WgmmaTiles>{}));

template <class... Tile>
std::tuple<typename Tile::Instruction...> instructions_of(std::tuple<Tile...>);
using MadeInstructions = std::tuple<Transposed<MfmaF32<32, Half>>, Transposed<MfmaF32<16, BFloat16>>,
                                    Stacked<MmaSyncM16N8K16<Half>, 2>, Stacked<Transposed<MfmaF32<16, Half>>, 3>>;
using Instructions = decltype(std::tuple_cat(instructions_of(Tiles{}), MadeInstructions{}));

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
