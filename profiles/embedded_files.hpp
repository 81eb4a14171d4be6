// SPDX-License-Identifier: Apache-2.0
#pragma once

// The data files that travel inside the library; cmake/Embed.cmake generates the definitions.

#include <span>
#include <string_view>

namespace hpcadvise::profiles {

struct EmbeddedFile {
  std::string_view name;  // without directory: "lumi-g.json"
  std::string_view text;
};

std::span<EmbeddedFile const> embedded_devices();
std::span<EmbeddedFile const> embedded_systems();
std::span<EmbeddedFile const> embedded_schemas();

}  // namespace hpcadvise::profiles
