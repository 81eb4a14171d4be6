// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a provider is, by the name that a runner gives it.

#include "profiles/precision.hpp"

#include <string_view>

namespace hpcadvise::probes {

// MPI, or a vendor's library of collectives.
bool moves_messages(std::string_view provider);

// A vendor's library of matrix products: what is neither the portable kernel nor known for something else.
bool is_vendor_blas(std::string_view provider);

// Does it have a kernel for products in that precision, where the device has one? fp8 is cuBLASLt's alone, A by the
// transpose of B.
bool multiplies(std::string_view provider, profiles::Precision precision);

}  // namespace hpcadvise::probes
