// SPDX-License-Identifier: Apache-2.0
// For AMD's GPUs, and where a runner was built without the headers of cuDNN.
#include "kernels/vendor_attention.hpp"

#include <stdexcept>

namespace hpcadvise::kernels {
namespace {

[[noreturn]] void refuse() { throw std::runtime_error("this runner was built without a library of attention"); }

}  // namespace

std::vector<VendorLibrary> vendor_attentions() { return {}; }

void vendor_attention_forward(Space const&, AttentionShape, Heads<Half const>, Heads<Half const>, Heads<Half const>,
                              Heads<Half>, RowStatistic<float>, VendorWorkspace&) {
  refuse();
}

void vendor_attention_forward(Space const&, AttentionShape, Heads<BFloat16 const>, Heads<BFloat16 const>,
                              Heads<BFloat16 const>, Heads<BFloat16>, RowStatistic<float>, VendorWorkspace&) {
  refuse();
}

void vendor_attention_backward(Space const&, AttentionShape, Heads<Half const>, Heads<Half const>, Heads<Half const>,
                               Heads<Half const>, RowStatistic<float const>, Heads<Half const>, Heads<Half>,
                               Heads<Half>, Heads<Half>, VendorWorkspace&) {
  refuse();
}

void vendor_attention_backward(Space const&, AttentionShape, Heads<BFloat16 const>, Heads<BFloat16 const>,
                               Heads<BFloat16 const>, Heads<BFloat16 const>, RowStatistic<float const>,
                               Heads<BFloat16 const>, Heads<BFloat16>, Heads<BFloat16>, Heads<BFloat16>,
                               VendorWorkspace&) {
  refuse();
}

}  // namespace hpcadvise::kernels
