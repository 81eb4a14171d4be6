// SPDX-License-Identifier: Apache-2.0
#include "profiles/json_text.hpp"

#include "profiles/error.hpp"
#include "profiles/presentable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

namespace hpcadvise::profiles {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t most_bytes = 256u << 20;
constexpr int deepest = 64;
constexpr std::size_t line_width = 100;

std::string line_and_column(std::string_view text, std::size_t offset) {
  std::string_view const before = text.substr(0, offset);
  auto const line = 1 + std::count(before.begin(), before.end(), '\n');
  std::size_t const line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return fmt::format("line {}, column {}", line, before.size() - line_start + 1);
}

// Where the nesting passes the limit; text.size() if nowhere. A separate pass, so that a file of nothing but brackets
// costs no memory.
std::size_t too_deep_at(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > deepest) return i;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return text.size();
}

// A message may quote what the file says, megabytes of it.
constexpr std::size_t most_quoted_bytes = 160;

// The library's message without its own prefix ("[json.exception.parse_error.101] parse error at line 1, column 2: ").
std::string reason_of(nlohmann::json::exception const& error) {
  std::string reason = error.what();
  for (std::string_view const before : {"] ", ": "}) {
    bool const has_place = before == "] " || reason.starts_with("parse error at ");
    if (auto const found = reason.find(before); has_place && found != std::string::npos)
      reason.erase(0, found + before.size());
  }
  return presentable(reason, most_quoted_bytes);
}

std::string dump(ordered_json const& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// "key": or nothing inside of an array.
std::string label(ordered_json const& container, std::string const& key) {
  return container.is_array() ? "" : dump(ordered_json(key)) + ": ";
}

std::string compact(ordered_json const& value) {
  if (!value.is_structured()) return dump(value);
  std::string out(1, value.is_array() ? '[' : '{');
  for (auto const& [key, element] : value.items()) {
    if (out.size() > 1) out += ", ";
    out.append(label(value, key)).append(compact(element));
  }
  return out += value.is_array() ? ']' : '}';
}

void check_finite(ordered_json const& value, std::string const& pointer) {
  if (value.is_number_float() && !std::isfinite(value.get<double>()))
    throw std::logic_error("a number that is not finite at " + pointer);
  if (!value.is_structured()) return;
  for (auto const& [key, element] : value.items()) check_finite(element, fmt::format("{}/{}", pointer, key));
}

bool is_number_array(ordered_json const& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [](auto const& e) { return e.is_number(); });
}

// The value on one line, if it belongs there; else nothing.
std::optional<std::string> one_line(ordered_json const& value, std::size_t column) {
  bool const whatever_its_length = !value.is_structured() || is_number_array(value);
  // No container of so many elements fits: not worth the dump.
  if (!whatever_its_length && value.size() > line_width / 3) return std::nullopt;
  std::string line = compact(value);
  if (!whatever_its_length && column + line.size() > line_width) return std::nullopt;
  return line;
}

void print(ordered_json const& value, std::size_t column, std::size_t indent, std::string& out) {
  if (auto const line = one_line(value, column)) {
    out += *line;
    return;
  }
  std::string const margin(indent + 2, ' ');
  out += value.is_array() ? '[' : '{';
  bool first = true;
  for (auto const& [key, element] : value.items()) {
    out.append(first ? "\n" : ",\n").append(margin);
    first = false;
    std::string const name = label(value, key);
    out += name;
    print(element, margin.size() + name.size(), indent + 2, out);
  }
  out.append("\n").append(indent, ' ') += value.is_array() ? ']' : '}';
}

ordered_json parse_json(std::string_view text, std::filesystem::path const& file, std::string const& next_step) {
  if (text.size() > most_bytes) throw FileError(file, "", "is larger than 256 MiB", next_step);
  if (std::size_t const offset = too_deep_at(text); offset < text.size())
    throw FileError(file, line_and_column(text, offset), fmt::format("nested deeper than {}", deepest), next_step);
  try {
    return ordered_json::parse(text);
  } catch (ordered_json::parse_error const& error) {
    std::size_t const offset = error.byte > 0 ? error.byte - 1 : 0;
    throw FileError(file, line_and_column(text, offset), reason_of(error), next_step);
  } catch (ordered_json::exception const& error) {
    throw FileError(file, "", reason_of(error), next_step);
  }
}

}  // namespace

void read_json(std::string_view text, std::filesystem::path const& file, std::string const& next_step,
               std::function<void(JsonNode const&)> const& read) {
  ordered_json const document = parse_json(text, file, next_step);
  try {
    read(JsonNode(document));
  } catch (JsonError const& error) {
    throw FileError(file, error.pointer().empty() ? "/" : presentable(error.pointer(), most_quoted_bytes),
                    presentable(error.what(), most_quoted_bytes),
                    error.next_step().empty() ? next_step : error.next_step());
  }
}

std::string print_json(ordered_json const& value) {
  check_finite(value, "");
  std::string out;
  print(value, 0, 0, out);
  return out + "\n";
}

}  // namespace hpcadvise::profiles
