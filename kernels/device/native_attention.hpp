// SPDX-License-Identifier: Apache-2.0
#pragma once

// The tiles that serve a head size.

#include "kernels/device/attention_tiles.hpp"
#include "kernels/fragment/native.hpp"

#include <stdexcept>
#include <string>
#include <type_traits>

namespace hpcadvise::kernels {

template <class Input, int head_size, BlockHeight height>
using NativeAttention = std::conditional_t<native_is_mfma, MfmaAttention<Input, head_size, height>,
                                           MmaSyncAttention<Input, head_size, height>>;

// act(tall, low), NativeAttention of the smallest size that is large enough. Throws std::runtime_error where none is.
template <class Input, class Act>
auto with_attention_sizes(std::int64_t head_size, Act const& act) {
  using enum BlockHeight;
  if (head_size <= 64) return act(NativeAttention<Input, 64, tall>{}, NativeAttention<Input, 64, low>{});
  if (head_size <= 80) return act(NativeAttention<Input, 80, tall>{}, NativeAttention<Input, 80, low>{});
  if (head_size <= 96) return act(NativeAttention<Input, 96, tall>{}, NativeAttention<Input, 96, low>{});
  if (head_size <= 128) return act(NativeAttention<Input, 128, tall>{}, NativeAttention<Input, 128, low>{});
  if (head_size <= 256) return act(NativeAttention<Input, 256, tall>{}, NativeAttention<Input, 256, low>{});
  throw std::runtime_error("attention on a device takes heads of up to 256, not " + std::to_string(head_size));
}

// act(NativeAttention) of the head size, the `tile`th of attention_tile_names.
template <class Input, class Act>
void with_attention_tile(std::int64_t head_size, int tile, Act const& act) {
  with_attention_sizes<Input>(head_size, [&](auto tall, auto low) { return tile == 0 ? act(tall) : act(low); });
}

inline std::int64_t tile_count(std::int64_t length, int rows) { return (length + rows - 1) / rows; }

}  // namespace hpcadvise::kernels
