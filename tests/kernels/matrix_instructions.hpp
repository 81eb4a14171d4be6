// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the tests of fragments and of tiles run over.

#include "kernels/device/gemm_tiles.hpp"
#include "kernels/fragment/stacked.hpp"
#include "kernels/fragment/transposed.hpp"

#include <concepts>
#include <random>
#include <string>
#include <tuple>

namespace hpcadvise::kernels {

// The first of each instruction's.
using MmaSyncTiles = std::tuple<MmaSyncF16Tile, MmaSyncBf16Tile, MmaSyncTf32Tile, MmaSyncF64Tile>;
using MfmaTiles = std::tuple<Mfma32F16Tile, Mfma32Bf16Tile, Mfma16F16Tile, Mfma16Bf16Tile, MfmaFp32Tile, MfmaF64Tile>;
using Tiles = decltype(std::tuple_cat(MmaSyncTiles{}, MfmaTiles{}, std::tuple<FmaF32Tile>{}));
// The others.
using FurtherMmaSyncTiles =
    std::tuple<GemmTile<MmaSyncM16N8K16<Half>, mma_sync_16_bit_large>,
               GemmTile<MmaSyncM16N8K16<BFloat16>, mma_sync_16_bit_small>, GemmTile<MmaSyncM16N8K8Tf32, mma_sync_small>,
               GemmTile<MmaSyncM8N8K4F64, mma_sync_small>>;
using FurtherTiles = decltype(std::tuple_cat(
    FurtherMmaSyncTiles{},
    std::tuple<GemmTile<MfmaF32<32, Half>, mfma_32_large>, GemmTile<MfmaF32<32, BFloat16>, mfma_32_small>,
               GemmTile<MfmaFp32, mfma_fp32_small>, GemmTile<FmaF32, fma_small>>{}));
using AllTiles = decltype(std::tuple_cat(Tiles{}, FurtherTiles{}));
using AllMmaSyncTiles = decltype(std::tuple_cat(MmaSyncTiles{}, FurtherMmaSyncTiles{}));

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

// A block that writes down in which order it is asked for its threads and warps, and to wait; a loop over them once.
template <class Block>
struct RecordingBlock : Block {
  std::string* record;
  int thread(int held) const {
    note("t");
    return Block::thread(held);
  }
  int warp_index(int held) const {
    note("w");
    return Block::warp_index(held);
  }
  void barrier() const { *record += "|"; }

 private:
  void note(std::string const& part) const {
    if (!record->ends_with(part)) *record += part;
  }
};

}  // namespace hpcadvise::kernels
