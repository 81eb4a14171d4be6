// SPDX-License-Identifier: Apache-2.0
#include "profiles/text_forms.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace hpcadvise::profiles {
namespace {

// Whatever the locale says.
bool is_digit(char c) { return '0' <= c && c <= '9'; }
bool is_lower(char c) { return 'a' <= c && c <= 'z'; }
bool is_hex_digit(char c) { return is_digit(c) || ('a' <= c && c <= 'f'); }

}  // namespace

std::string filled_text(JsonNode const& node) {
  auto text = node.text();
  if (text.empty()) node.fail("expected a text that is not empty");
  return text;
}

std::string utc_time_text(JsonNode const& node) {
  constexpr std::string_view form = "0000-00-00T00:00:00Z";
  auto text = node.text();
  bool const fits = std::equal(text.begin(), text.end(), form.begin(), form.end(),
                               [](char c, char wanted) { return wanted == '0' ? is_digit(c) : c == wanted; });
  if (!fits) node.fail(fmt::format("expected a time such as 2026-11-22T13:01:00Z, found '{}'", text));
  return text;
}

std::string hex_text(JsonNode const& node, std::size_t length) {
  auto text = node.text();
  if (text.size() != length || !std::all_of(text.begin(), text.end(), is_hex_digit))
    node.fail(fmt::format("expected {} hexadecimal digits, found '{}'", length, text));
  return text;
}

std::string one_of_texts(JsonNode const& node, std::initializer_list<std::string_view> texts) {
  auto text = node.text();
  if (std::find(texts.begin(), texts.end(), text) == texts.end())
    node.fail(fmt::format("expected one of {}, found '{}'", fmt::join(texts, ", "), text));
  return text;
}

bool is_identifier(std::string_view text) {
  return !text.empty() && is_lower(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

}  // namespace hpcadvise::profiles
