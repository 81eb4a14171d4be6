// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hpcadvise::probes::runner {

// A ratio to kernels for another processor says nothing of ours. Where OpenBLAS took such, this says so on stderr and
// starts the process again, with OPENBLAS_CORETYPE set: the library reads it when it is loaded. Returns at once where
// the user has set it.
void take_fair_blas(char** arguments);

}  // namespace hpcadvise::probes::runner
