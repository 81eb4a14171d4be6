// SPDX-License-Identifier: Apache-2.0
#include "advisor/device_classes.hpp"

#include <algorithm>
#include <array>

namespace hpcadvise::advisor {
namespace {

constexpr std::array classes{
    DeviceClass{"sm_70", &constants::gemm_sustained_sm70, false, 50, "DGX-1: 4 x 100 Gbit/s for 8 devices"},
    DeviceClass{"sm_80", &constants::gemm_sustained_sm80, false, 200, "DGX A100: 8 x 200 Gbit/s for 8 devices"},
    DeviceClass{"sm_90", &constants::gemm_sustained_sm90, true, 400, "DGX H100: 8 x 400 Gbit/s for 8 devices"},
    DeviceClass{"sm_100", nullptr, true, 400, "DGX B200: 8 x 400 Gbit/s for 8 devices"},
    DeviceClass{"sm_103", nullptr, true, 800, "DGX B300: 8 x 800 Gbit/s for 8 devices"},
    DeviceClass{"gfx90a", &constants::gemm_sustained_gfx90a, false, 100, "LUMI-G: 4 x 200 Gbit/s for 8 devices"},
};
constexpr DeviceClass unknown;

}  // namespace

DeviceClass const& device_class(std::string_view architecture) {
  auto const* const row = std::find_if(classes.begin(), classes.end(),
                                       [&](DeviceClass const& each) { return each.architecture == architecture; });
  return row == classes.end() ? unknown : *row;
}

}  // namespace hpcadvise::advisor
