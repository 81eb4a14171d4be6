// SPDX-License-Identifier: Apache-2.0

// Which SIMD instruction sets Highway compiles the host's kernels for; included before anything of Highway.
// Left out: scalable vectors (SVE, RVV), because their registers cannot stand in the arrays that make a register tile
// (NEON reaches Neoverse V1's and V2's whole peak); SSSE3 and AVX3_DL, which give these kernels nothing over the next
// set below them.

#pragma once

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3 | HWY_AVX3_DL)
