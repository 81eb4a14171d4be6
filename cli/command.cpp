// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"

#include <CLI/CLI.hpp>

#include <sstream>
#include <string>

namespace hpcadvise::cli {
namespace {

constexpr std::size_t description_column = 30;

// CLI11 2.1 does not wrap: a description that passes the width goes on under itself.
std::string with_wrapped_description(std::string const& line, int width) {
  bool const is_option = line.starts_with("  ") && line.size() > description_column;
  if (!is_option || display_width(line) <= width || line[description_column - 1] != ' ') return line;
  std::string const margin(description_column, ' ');
  std::string result = line.substr(0, description_column);
  for (char const c : wrapped(line.substr(description_column), width - int(description_column), 0)) {
    result += c;
    if (c == '\n') result += margin;
  }
  return result;
}

}  // namespace

std::string help_text(CLI::App const& app, int width) {
  auto const* shown = &app;
  std::string name;
  for (; !shown->get_subcommands().empty(); shown = shown->get_subcommands().front())
    name += (name.empty() ? "" : " ") + shown->get_name();
  std::istringstream lines(shown->help(name));
  std::string text;
  bool in_examples = false;
  for (std::string line; std::getline(lines, line);) {
    in_examples = in_examples || line == "Examples:";
    text += (in_examples ? line : with_wrapped_description(line, width)) + '\n';
  }
  return text;
}

void add_format_option(CLI::App& command, Format& format, std::vector<std::string> const& own_names,
                       std::string const& own_use) {
  auto const set = [&format](std::string const& name) {
    format = name == "json" ? Format::json : name == "markdown" ? Format::markdown : Format::text;
  };
  std::vector<std::string> names{"text", "json", "markdown"};
  names.insert(names.end(), own_names.begin(), own_names.end());
  command
      .add_option_function<std::string>("--format", set, "How to print the result: text, json or markdown" + own_use)
      ->check(CLI::IsMember(names).description(""))
      ->type_name("FORMAT")
      ->default_str("text");
}

void add_examples(CLI::App& command, std::initializer_list<char const*> examples) {
  std::string text = "Examples:";
  for (char const* const example : examples) text += std::string("\n  ") + example;
  command.footer(text);
}

}  // namespace hpcadvise::cli
