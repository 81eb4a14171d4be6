// SPDX-License-Identifier: Apache-2.0
#pragma once

// The vendor's fused attention behind the same interface, found when the program runs. Implemented in host/ and
// vendor/.

#include "kernels/attention.hpp"
#include "kernels/vendor_library.hpp"

#include <vector>

namespace hpcadvise::kernels {

// Empty on a host, and where no vendor's is known: so far cuDNN's.
std::vector<VendorLibrary> vendor_attentions();

// On a device; as attention_forward() and attention_backward(). Precondition: vendor_attentions() has the workspace's
// library, without a problem. Throw std::runtime_error with the library's words, which may refuse a shape: cuDNN takes
// head sizes that 8 divides. Backward adds atomically: its last bits may differ from call to call.
void vendor_attention_forward(Space const& space, AttentionShape shape, Heads<Half const> q, Heads<Half const> k,
                              Heads<Half const> v, Heads<Half> out, RowStatistic<float> log_sum_exp,
                              VendorWorkspace& workspace);
void vendor_attention_forward(Space const& space, AttentionShape shape, Heads<BFloat16 const> q,
                              Heads<BFloat16 const> k, Heads<BFloat16 const> v, Heads<BFloat16> out,
                              RowStatistic<float> log_sum_exp, VendorWorkspace& workspace);
void vendor_attention_backward(Space const& space, AttentionShape shape, Heads<Half const> q, Heads<Half const> k,
                               Heads<Half const> v, Heads<Half const> out, RowStatistic<float const> log_sum_exp,
                               Heads<Half const> d_out, Heads<Half> d_q, Heads<Half> d_k, Heads<Half> d_v,
                               VendorWorkspace& workspace);
void vendor_attention_backward(Space const& space, AttentionShape shape, Heads<BFloat16 const> q,
                               Heads<BFloat16 const> k, Heads<BFloat16 const> v, Heads<BFloat16 const> out,
                               RowStatistic<float const> log_sum_exp, Heads<BFloat16 const> d_out, Heads<BFloat16> d_q,
                               Heads<BFloat16> d_k, Heads<BFloat16> d_v, VendorWorkspace& workspace);

}  // namespace hpcadvise::kernels
