// SPDX-License-Identifier: Apache-2.0
#include "cli/run.hpp"

#include "cli/advise_command.hpp"
#include "cli/estimate_command.hpp"
#include "cli/models_command.hpp"
#include "cli/probe_command.hpp"
#include "cli/profiles_command.hpp"
#include "cli/systems_command.hpp"
#include "cli/verify_command.hpp"
#include "profiles/build_info.hpp"
#include "profiles/nearest_name.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <exception>
#include <ostream>

namespace hpcadvise::cli {
namespace {

using profiles::ExitCode;

// Adding a command: a file pair and a row.
constexpr void (*commands[])(CLI::App&, Action&) = {
    add_probe_command,  add_profiles_command, add_systems_command, add_models_command,
    add_advise_command, add_estimate_command, add_verify_command,
};

ExitCode report(Output& output, std::string const& what, std::string const& next_step, ExitCode code) {
  constexpr std::string_view begin = "hpcadvise: error: ";
  output.log << styled(output.log_terminal, Style::bad, begin)
             << wrapped(what, output.log_terminal.width, 4, int(begin.size())) << '\n';
  if (!next_step.empty()) output.log << "  " << wrapped(next_step, output.log_terminal.width, 2, 2) << '\n';
  return code;
}

// CLI11 only says that a subcommand is required.
void refuse_unknown_command(CLI::App const& app, std::vector<std::string> const& arguments) {
  if (arguments.empty() || arguments.front().starts_with('-')) return;
  std::vector<std::string> known;
  for (auto const* const command : app.get_subcommands({})) known.push_back(command->get_name());
  if (std::find(known.begin(), known.end(), arguments.front()) != known.end()) return;
  auto const nearest = profiles::nearest_name(arguments.front(), known);
  throw profiles::UsageError(
      fmt::format("there is no command '{}'", arguments.front()),
      nearest ? fmt::format("Did you mean '{}'? See: hpcadvise --help", *nearest) : "See: hpcadvise --help");
}

// The command that was named last: "profiles list" of hpcadvise.
CLI::App const& command_in_use(CLI::App const& app, std::string& name) {
  auto const* used = &app;
  for (name = "hpcadvise"; !used->get_subcommands().empty(); name += ' ' + used->get_name())
    used = used->get_subcommands().front();
  return *used;
}

// CLI11 asks for required options before it looks at words that it does not know, one of which may be meant for them.
void refuse_unknown_option(CLI::App const& command, std::string const& name) {
  auto const words = command.remaining();
  auto const word = std::ranges::find_if(words, [](std::string const& each) { return each.starts_with('-'); });
  if (word == words.end()) return;
  auto const option = word->substr(0, word->find('='));
  std::vector<std::string> known;
  for (auto const* const each : command.get_options())
    for (auto const& long_name : each->get_lnames()) known.push_back("--" + long_name);
  auto const nearest = profiles::nearest_name(option, known);
  throw profiles::UsageError(
      fmt::format("{} has no option {}", name, option),
      fmt::format("{}See: {} --help", nearest ? fmt::format("Did you mean {}? ", *nearest) : "", name));
}

ExitCode parse_and_run(std::vector<std::string> const& arguments, Output& output) {
  CLI::App app{"Measures what a machine really gives, and says how to train a model on it."};
  app.name("hpcadvise");
  app.require_subcommand(1);
  app.set_version_flag("--version", profiles::version_text());
  app.get_formatter()->column_width(30);
  add_examples(app, {"hpcadvise probe", "hpcadvise advise --model llama-2-7b --machine lumi-g --devices 64",
                     "hpcadvise systems show leonardo-booster"});
  app.footer(app.get_footer() +
             "\n\nExit codes: 0 done, 1 a bug, 2 wrong options or input, 3 this machine lacks what\n"
             "  was asked for, 4 nothing fits in memory, 130 interrupted");
  Action chosen;
  for (auto const add : commands) add(app, chosen);
  refuse_unknown_command(app, arguments);

  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (CLI::CallForHelp const&) {
    output.out << help_text(app, output.out_terminal.width);
    return ExitCode::done;
  } catch (CLI::CallForVersion const& version) {
    output.out << version.what() << '\n';
    return ExitCode::done;
  } catch (CLI::ParseError const& error) {
    std::string name;
    auto const& command = command_in_use(app, name);
    auto const code = CLI::ExitCodes(error.get_exit_code());
    if (code == CLI::ExitCodes::RequiredError || code == CLI::ExitCodes::ExtrasError)
      refuse_unknown_option(command, name);
    return report(output, error.what(), fmt::format("See: {} --help", name), ExitCode::usage);
  }
  return chosen(output);
}

}  // namespace

int run(std::vector<std::string> const& arguments, Output& output) {
  for (auto const& argument : arguments) output.command_line += ' ' + argument;
  ExitCode code = ExitCode::done;
  try {
    code = parse_and_run(arguments, output);
    output.out.flush();
    if (!output.out)
      code = report(output, "standard output: could not be written", "Is the disk full, or the reader gone?",
                    ExitCode::usage);
  } catch (profiles::Error const& error) {
    code = report(output, error.what(), error.next_step(), error.exit_code());
  } catch (std::exception const& error) {
    code = report(output, fmt::format("internal: {}", error.what()),
                  "This is a bug in hpcadvise. Please report it with the command line and what it printed.",
                  ExitCode::internal);
  }
  return int(code);
}

}  // namespace hpcadvise::cli
