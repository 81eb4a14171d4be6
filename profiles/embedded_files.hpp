// SPDX-License-Identifier: Apache-2.0
#pragma once

// The data files that travel inside the library; cmake/Embed.cmake generates the definitions.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::profiles {

struct EmbeddedFile {
  std::string_view name;  // without directory: "lumi-g.json"
  std::string_view text;
};

std::span<EmbeddedFile const> embedded_devices();
std::span<EmbeddedFile const> embedded_systems();
std::span<EmbeddedFile const> embedded_schemas();

// Their names without the ending, in alphabetical order.
std::vector<std::string> stems_of(std::span<EmbeddedFile const> files);

// The text of "device.schema.json" and its like. Precondition: it is one of embedded_schemas.
std::string_view embedded_schema(std::string_view name);

}  // namespace hpcadvise::profiles
