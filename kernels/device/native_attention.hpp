// SPDX-License-Identifier: Apache-2.0
#pragma once

// The tile that serves a head size.

#include "kernels/device/attention_tiles.hpp"
#include "kernels/fragment/native.hpp"

#include <stdexcept>
#include <string>
#include <type_traits>

namespace hpcadvise::kernels {

template <class Input, int head_size>
using NativeAttention =
    std::conditional_t<native_is_mfma, MfmaAttention<Input, head_size>, MmaSyncAttention<Input, head_size>>;

// act(NativeAttention<Input, size>{}) with the smallest size that is large enough. Throws std::runtime_error where none
// is.
template <class Input, class Act>
void with_attention_tiles(std::int64_t head_size, Act const& act) {
  if (head_size <= 64) return act(NativeAttention<Input, 64>{});
  if (head_size <= 80) return act(NativeAttention<Input, 80>{});
  if (head_size <= 96) return act(NativeAttention<Input, 96>{});
  if (head_size <= 128) return act(NativeAttention<Input, 128>{});
  if (head_size <= 256) return act(NativeAttention<Input, 256>{});
  throw std::runtime_error("attention on a device takes heads of up to 256, not " + std::to_string(head_size));
}

inline std::int64_t tile_count(std::int64_t length, int rows) { return (length + rows - 1) / rows; }

}  // namespace hpcadvise::kernels
