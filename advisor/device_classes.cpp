// SPDX-License-Identifier: Apache-2.0
#include "advisor/device_classes.hpp"

#include <algorithm>
#include <array>

namespace hpcadvise::advisor {
namespace {

// FlashAttention-3 (Shah et al. 2024, arXiv:2407.08608) over FlashAttention-2 on an H100, head size 128, causal, 16k:
// 616 over 335 TFLOP/s forward. cuDNN gains 1.7 to 2.3 times on shapes of training (huggingface/transformers, pull
// request 48163). Blackwell is taken to gain as much.
constexpr double current = 616.0 / 335.0;

// Forward and backward on sm_80, the median of PyTorch's benchmark: 68.8 over 78.6 TFLOP/s (pytorch/pytorch, pull
// request 192799).
constexpr double cudnn_sm80 = 68.812 / 78.608;

// Large bf16 GEMMs on one GCD: 125 TFLOP/s "empirically achievable" on Frontier (Singh et al. 2024, AxoNN, SC24,
// arXiv:2502.08145), 147 with ROCm 6.2 (stas00/ml-engineering, compute/accelerator, MAMF).
constexpr double rocm_5_gemm = 125.0 / 147.0;

constexpr std::array classes{
    DeviceClass{"sm_70", &FittedConstants::gemm_sustained_sm70, false, 50, "DGX-1: 4 x 100 Gbit/s for 8 devices"},
    DeviceClass{"sm_80", &FittedConstants::gemm_sustained_sm80, false, 200, "DGX A100: 8 x 200 Gbit/s for 8 devices",
                cudnn_sm80},
    DeviceClass{"sm_90", &FittedConstants::gemm_sustained_sm90, true, 400, "DGX H100: 8 x 400 Gbit/s for 8 devices",
                current},
    DeviceClass{"sm_100", nullptr, true, 400, "DGX B200: 8 x 400 Gbit/s for 8 devices", current},
    DeviceClass{"sm_103", nullptr, true, 800, "DGX B300: 8 x 800 Gbit/s for 8 devices", current},
    DeviceClass{"gfx90a", &FittedConstants::gemm_sustained_gfx90a, false, 100, "LUMI-G: 4 x 200 Gbit/s for 8 devices",
                1, rocm_5_gemm},
};
constexpr DeviceClass unknown;

}  // namespace

DeviceClass const& device_class(std::string_view architecture) {
  auto const* const row = std::find_if(classes.begin(), classes.end(),
                                       [&](DeviceClass const& each) { return each.architecture == architecture; });
  return row == classes.end() ? unknown : *row;
}

}  // namespace hpcadvise::advisor
