// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hpcadvise::kernels {

// Whose matrix instructions the GPU code of this build is made of. (MI200 has no tf32.)
#if defined(__HIP__)
inline constexpr bool native_is_mfma = true;
#else
inline constexpr bool native_is_mfma = false;
#endif

}  // namespace hpcadvise::kernels
