// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which attention a framework calls, by the generation of FlashAttention.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

enum class AttentionKernel {
  unfused,  // scores go through memory
  flash_1,  // of 2022, as its Triton version
  flash_2,  // of 2023
  flash_3   // of 2024, or cuDNN's
};

std::string_view to_string(AttentionKernel kernel);  // "unfused", "flash-1"
std::string_view known_as(AttentionKernel kernel);   // "FlashAttention-2"
std::optional<AttentionKernel> attention_kernel_from_string(std::string_view name);
std::vector<std::string> attention_kernel_names();  // all of the above, oldest first

}  // namespace hpcadvise::advisor
