// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor_attention.hpp"

namespace hpcadvise::kernels {

std::vector<VendorLibrary> vendor_attentions() { return {}; }

}  // namespace hpcadvise::kernels
