// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the backward pass computes again because the forward pass did not keep it.

#include "advisor/cost/block_cost.hpp"

namespace hpcadvise::advisor {

// Full: the layer's forward pass, its collectives included (Chen et al. 2016), in every n-th layer: the mean over
// layers. Selective: the attention core (Korthikanti et al. 2022, section 5); where that is fused and keeps no scores,
// the norms and activations of frameworks that then repeat those; half the GEMMs where the framework's "selective" is
// every other GEMM.
double recompute_cost_s(CostContext const& context, BlockCost const& layer);

}  // namespace hpcadvise::advisor
