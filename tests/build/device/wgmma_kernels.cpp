// SPDX-License-Identifier: Apache-2.0
#include "tests/build/device/gemm_kernel.hpp"

GEMM(BFloat16, WgmmaLargeTile<BFloat16>)
GEMM(Half, Turned<WgmmaLargeTile<Half> >)
GEMM(Half, WgmmaTile<Half>)
GEMM(BFloat16, Turned<WgmmaTile<BFloat16> >)
