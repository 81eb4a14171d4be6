// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/command_line.hpp"

#include "profiles/build_info.hpp"
#include "profiles/error.hpp"

#include <CLI/CLI.hpp>

namespace hpcadvise::probes::runner {

std::optional<int> parse_command_line(int count, char const* const* arguments, CommandLine& command_line) {
  CLI::App app("Measures what a plan asks for, and says it as one JSON object a line. `hpcadvise probe` starts it.");
  app.set_version_flag("--version", profiles::version_text());
  auto* const hello = app.add_flag("--hello", command_line.hello, "Say who measures, with what, and end");
  app.add_option("--plan", command_line.plan, "The requests, as JSON; - is stdin. Of several ranks the first reads it")
      ->excludes(hello);
  app.add_option("--ranks", command_line.ranks, "This is one of so many ranks of MPI, whatever started them")
      ->check(CLI::PositiveNumber);
  app.footer("Threads: OMP_NUM_THREADS. Binding: OMP_PROC_BIND and OMP_PLACES, else one thread a core.");
  try {
    app.parse(count, arguments);
    if (!command_line.hello && command_line.plan.empty()) throw CLI::RequiredError("--plan or --hello");
    return std::nullopt;
  } catch (CLI::ParseError const& error) {
    int const code = app.exit(error);
    return code == 0 ? 0 : int(profiles::ExitCode::usage);
  }
}

}  // namespace hpcadvise::probes::runner
