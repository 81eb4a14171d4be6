// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the backward pass computes again because the forward pass did not keep it.

#include "advisor/cost/context.hpp"

namespace hpcadvise::advisor {

// Full: the layer's forward pass, its collectives included (Chen et al. 2016). Selective: the attention core
// (Korthikanti et al. 2022, section 5), and half the GEMMs where the framework's "selective" is every other GEMM.
double recompute_cost_s(CostContext const& context, Pass const& compute, Pass const& attention, Pass const& elementwise,
                        Pass const& tensor_parallel);

}  // namespace hpcadvise::advisor
