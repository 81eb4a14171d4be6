// SPDX-License-Identifier: Apache-2.0
#include "tests/build/device/gemm_kernel.hpp"

#if defined(__HIP__)
GEMM(float, Mfma32Tile<Half>)
GEMM(BFloat16, Mfma32Tile<BFloat16>)
GEMM(Half, Mfma16Tile<Half>)
GEMM(float, Mfma16Tile<BFloat16>)
GEMM(Half, Mfma32LargeTile<Half>)
GEMM(BFloat16, Mfma32SmallTile<BFloat16>)
GEMM(float, MfmaFp32Tile)
GEMM(float, MfmaFp32SmallTile)
GEMM(double, MfmaF64Tile)
#else
GEMM(BFloat16, MmaSync16BitTile<BFloat16>)
GEMM(BFloat16, MmaSync16BitLargeTile<BFloat16>)
GEMM(BFloat16, Turned<MmaSync16BitLargeTile<BFloat16> >)
GEMM(Half, MmaSync16BitDeepTile<Half>)
GEMM(Half, Turned<MmaSync16BitDeepTile<Half> >)
GEMM(float, MmaSync16BitSmallTile<Half>)
GEMM(float, MmaSyncTf32Tile)
GEMM(float, MmaSyncTf32SmallTile)
GEMM(double, MmaSyncF64Tile)
GEMM(double, MmaSyncF64SmallTile)
GEMM(float, FmaF32LargeTile)
GEMM(float, FmaF32Tile)
GEMM(float, FmaF32SmallTile)
#endif
