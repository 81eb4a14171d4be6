// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/roots.hpp"

#include <array>
#include <fstream>

namespace hpcadvise::probes {

std::optional<std::string> read_small_file(std::filesystem::path const& file) {
  // /proc/cpuinfo takes about 1.5 KiB a hardware thread.
  constexpr std::size_t most_bytes = 8u << 20;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::nullopt;
  std::string text;
  std::array<char, 4096> chunk;
  while (text.size() < most_bytes && (stream.read(chunk.data(), chunk.size()), stream.gcount() > 0))
    text.append(chunk.data(), static_cast<std::size_t>(stream.gcount()));
  if (stream.bad()) return std::nullopt;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace hpcadvise::probes
