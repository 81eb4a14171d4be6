// SPDX-License-Identifier: Apache-2.0
#include "profiles/presentable.hpp"

#include <string_view>

namespace hpcadvise::profiles {
namespace {

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// U+0080 to U+009F, of which a terminal obeys some as it does escape sequences.
bool is_wide_control(std::string_view two) {
  return two.size() == 2 && two[0] == '\xc2' && static_cast<unsigned char>(two[1]) >= 0x80 &&
         static_cast<unsigned char>(two[1]) < 0xa0;
}

}  // namespace

std::string presentable(std::string text, std::size_t most_bytes) {
  if (text.size() > most_bytes) {
    std::size_t end = most_bytes;
    while (end > 0 && continues_code_point(text[end])) --end;
    text = text.substr(0, end) + "...";
  }
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    bool const is_wide = is_wide_control(std::string_view(text).substr(i, 2));
    if (is_wide) ++i;
    if (c == '\n' || c == '\r' || c == '\t')
      result += ' ';
    else
      result += is_wide || static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  return result;
}

}  // namespace hpcadvise::profiles
