// SPDX-License-Identifier: Apache-2.0
#include "cli/sample_name.hpp"

#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace hpcadvise::cli {
namespace {

using profiles::Parameters;
using profiles::ParameterValue;

std::string value_of(std::string const& provider, Parameters const& parameters, std::string_view name) {
  if (name == "provider") return provider;
  auto const found = parameters.find(std::string(name));
  if (found == parameters.end()) return "";
  if (auto const* const flag = std::get_if<bool>(&found->second))
    return *flag ? std::string(name) : fmt::format("not {}", name);
  return profiles::parameter_text(found->second);
}

void append(std::string& text, std::string const& word) {
  if (!word.empty()) text += (text.empty() ? "" : " ") + word;
}

std::string parameter_text(Parameters const& parameters, std::string const& name) {
  if (auto const flag = profiles::bool_parameter(parameters, name)) return *flag ? name : "";
  auto const number = profiles::number_parameter(parameters, name);
  if (number && name.ends_with("_bytes")) return profiles::format_bytes(*number);
  return fmt::format("{}={}", name, profiles::parameter_text(parameters.at(name)));
}

ParameterValue value_from(std::string_view text) {
  if (text == "true" || text == "false") return text == "true";
  std::int64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) return number;
  return std::string(text);
}

std::string_view next_word(std::string_view& text) {
  auto const end = std::min(text.find(' '), text.size());
  auto const word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

// Takes the marks that a sentence has behind its words off one.
std::string_view take_marks(std::string_view& word) {
  auto const end = word.find_last_not_of(",:;.") + 1;
  auto const marks = word.substr(end);
  word = word.substr(0, end);
  return marks;
}

}  // namespace

std::string group_label(std::string const& provider, Parameters const& parameters, probes::Probe const& probe) {
  std::string label;
  for (auto const name : probe.group_by)
    if (!name.empty()) append(label, value_of(provider, parameters, name));
  return label;
}

std::string shape_text(Parameters const& parameters, probes::Probe const& probe, std::set<std::string> const* told) {
  if (probe.shape != nullptr) return probe.shape(parameters);
  std::string text;
  for (auto const& [name, value] : parameters) {
    bool const is_of_group = std::ranges::find(probe.group_by, name) != probe.group_by.end();
    if (!is_of_group && (told == nullptr || told->contains(name))) append(text, parameter_text(parameters, name));
  }
  return text;
}

std::string sample_name(std::string_view probe_name, std::string const& provider, Parameters const& parameters) {
  std::string name(probe_name);
  auto const* const probe = probes::find_probe(probe_name);
  bool const is_in_group = probe != nullptr && std::ranges::find(probe->group_by, "provider") != probe->group_by.end();
  if (!is_in_group || parameters.empty()) append(name, provider);
  if (probe == nullptr || parameters.empty()) return name;
  append(name, group_label(provider, parameters, *probe));
  append(name, shape_text(parameters, *probe));
  return name;
}

std::string with_sample_names(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    auto word = next_word(text);
    auto const slash = word.find('/');
    if (slash == std::string_view::npos || probes::find_probe(word.substr(0, slash)) == nullptr) {
      append(result, std::string(word));
      continue;
    }
    auto marks = take_marks(word);
    Parameters parameters;
    while (marks.empty()) {
      auto rest = text;
      auto parameter = next_word(rest);
      auto const equals = parameter.find('=');
      if (equals == std::string_view::npos) break;
      text = rest;
      marks = take_marks(parameter);
      parameters[std::string(parameter.substr(0, equals))] = value_from(parameter.substr(equals + 1));
    }
    append(result, sample_name(word.substr(0, slash), std::string(word.substr(slash + 1)), parameters));
    result += marks;
  }
  return result;
}

}  // namespace hpcadvise::cli
