// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hpcadvise::kernels {

// Whose matrix instructions the GPU code of this build is made of. (MI200 has no tf32.)
#if defined(__HIP__)
inline constexpr bool native_is_mfma = true;
#else
inline constexpr bool native_is_mfma = false;
#endif

// Whether it is code for sm_90a, which has wgmma. The compiler does not tell the host's half of a source: the build
// does.
#if defined(HPCADVISE_SM90A)
#if defined(__CUDA_ARCH__) && !defined(__CUDA_ARCH_FEAT_SM90_ALL)
#error "HPCADVISE_SM90A, but this is not code for sm_90a: its kernels would trap"
#endif
inline constexpr bool native_has_wgmma = true;
#else
inline constexpr bool native_has_wgmma = false;
#endif

}  // namespace hpcadvise::kernels
