// SPDX-License-Identifier: Apache-2.0
#include "advisor/attention_kernel.hpp"

#include <algorithm>
#include <array>

namespace hpcadvise::advisor {
namespace {

using enum AttentionKernel;

struct Row {
  AttentionKernel kernel;
  std::string_view name;
  std::string_view known_as;
};
constexpr std::array rows{Row{unfused, "unfused", "unfused attention"}, Row{flash_1, "flash-1", "FlashAttention"},
                          Row{flash_2, "flash-2", "FlashAttention-2"},
                          Row{flash_3, "flash-3", "FlashAttention-3 or cuDNN's attention"}};

Row const& row_of(AttentionKernel kernel) {
  return *std::find_if(rows.begin(), rows.end(), [&](Row const& row) { return row.kernel == kernel; });
}

}  // namespace

std::string_view to_string(AttentionKernel kernel) { return row_of(kernel).name; }
std::string_view known_as(AttentionKernel kernel) { return row_of(kernel).known_as; }

std::optional<AttentionKernel> attention_kernel_from_string(std::string_view name) {
  auto const row = std::find_if(rows.begin(), rows.end(), [&](Row const& each) { return each.name == name; });
  return row == rows.end() ? std::nullopt : std::optional(row->kernel);
}

std::vector<std::string> attention_kernel_names() {
  std::vector<std::string> names;
  names.reserve(rows.size());
  for (Row const& row : rows) names.emplace_back(row.name);
  return names;
}

}  // namespace hpcadvise::advisor
