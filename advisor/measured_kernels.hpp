// SPDX-License-Identifier: Apache-2.0
#pragma once

// What training reaches of the kernels that a profile measured. They ran alone; the constants fitted on published runs
// say what is left of a lone kernel's rate in training, and hold for a measured one as for a published one. A profile
// that measures what is published changes no estimate.

#include "advisor/machine.hpp"

#include <map>

namespace hpcadvise::advisor {

// On a machine with described rates: the measured ones in their place, casts counted where they belong to FP8. What
// was not measured is a reference.
void use_measured_gemm(Machine& machine, std::map<profiles::Precision, GemmRates> const& measured);

// cuDNN's attention where it was measured, on a GPU: as much of it as frameworks reach that run it or FlashAttention-2,
// direction by direction. Else the described one stays, and where none is, hpcadvise's own kernel stands for it. Notes
// what was made of the samples.
void use_measured_attention(Machine& machine, profiles::MachineProfile const& profile);

}  // namespace hpcadvise::advisor
