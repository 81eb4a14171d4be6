// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where kernels run and where their data lies. A build serves one backend: the default one of its Kokkos.

#include <Kokkos_Core.hpp>

#include <type_traits>

namespace hpcadvise::kernels {

using Space = Kokkos::DefaultExecutionSpace;
using MemorySpace = Space::memory_space;

// Which folder implements the headers here: device/ or host/.
inline constexpr bool on_device = !std::is_same_v<Space, Kokkos::DefaultHostExecutionSpace>;

}  // namespace hpcadvise::kernels
