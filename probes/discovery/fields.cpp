// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/fields.hpp"

#include <algorithm>

namespace hpcadvise::probes {

Fields parse_fields(std::string_view text, char separator) {
  Fields fields;
  while (!text.empty()) {
    auto const line = text.substr(0, text.find('\n'));
    if (trimmed(line).empty()) break;
    if (auto const at = line.find(separator); at != std::string_view::npos)
      fields.emplace(trimmed(line.substr(0, at)), trimmed(line.substr(at + 1)));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return fields;
}

std::string field(Fields const& fields, std::string const& name) {
  auto const found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

std::string_view trimmed(std::string_view text) {
  auto const first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace hpcadvise::probes
