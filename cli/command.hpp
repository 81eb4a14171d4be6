// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every command shares: where its result goes, and how the chosen one is run.
// A command is an options struct, add_..._command(app, chosen) and run_..._command(options, output).

#include "cli/terminal.hpp"
#include "profiles/error.hpp"

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace hpcadvise::cli {

struct Output {
  std::ostream& out;  // the result
  std::ostream& log;  // talk and progress
  Terminal out_terminal;
  Terminal log_terminal;
  std::string command_line = "hpcadvise";  // as typed, for provenance
};

using Action = std::function<profiles::ExitCode(Output&)>;

enum class Format { text, json, markdown };

// `--format`, with text as the default. Of a name of the command's own it is the command that says what it means.
void add_format_option(CLI::App& command, Format& format, std::vector<std::string> const& own_names = {},
                       std::string const& own_use = "");

// `--help` of the command that was asked, its descriptions wrapped to `width` columns.
std::string help_text(CLI::App const& app, int width);

// The text behind `--help`: one example a line.
void add_examples(CLI::App& command, std::initializer_list<char const*> examples);

}  // namespace hpcadvise::cli
