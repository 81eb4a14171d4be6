// SPDX-License-Identifier: Apache-2.0
#include "cli/probe_command.hpp"

#include "cli/probe_progress.hpp"
#include "cli/profile_text.hpp"
#include "probes/measure_machine.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/profile_file.hpp"
#include "profiles/profile_store.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>
#include <system_error>

namespace hpcadvise::cli {
namespace {

using profiles::ExitCode;
using profiles::MachineProfile;

std::filesystem::path output_file(ProbeOptions const& options, MachineProfile const& profile) {
  if (!options.output.empty()) return options.output;
  return profiles::store_directory(options.store) / (profile.name + ".json");
}

// "-", and what this process already writes to, by whatever name: replaced, the rest of it would be lost. Else null.
std::ostream* stream_of(ProbeOptions const& options, Output& output) {
  if (options.output == "-" || profiles::is_open_as(options.output, STDOUT_FILENO)) return &output.out;
  return profiles::is_open_as(options.output, STDERR_FILENO) ? &output.log : nullptr;
}

void save(ProbeOptions const& options, MachineProfile const& profile, std::ostream* stream) {
  if (stream == nullptr) {
    profiles::write_profile(profile, output_file(options, profile));
    return;
  }
  *stream << profiles::profile_to_json(profile) << std::flush;
  if (!*stream)
    throw profiles::FileError(options.output, "", "could not be written", "is the disk full, or the reader gone?");
}

std::vector<std::string> probe_names() {
  std::vector<std::string> names;
  for (auto const& probe : probes::all_probes()) names.emplace_back(probe.name);
  return names;
}

probes::ProbeRequest request_from(ProbeOptions const& options) {
  probes::ProbeRequest request;
  request.budget_s = profiles::parse_duration_s(options.budget);
  request.only = options.only;
  request.backend = options.backend;
  request.rank_count = options.rank_count;
  if (!options.bind.empty()) request.binding = options.bind == "numa" ? probes::Binding::numa : probes::Binding::core;
  request.oversubscribe = options.oversubscribe;
  request.thread_count = options.thread_count;
  if (std::error_code error; std::filesystem::is_directory(options.output, error))
    throw profiles::FileError(options.output, "", "is a folder", "name a file, or leave --output out for the store");
  if (!options.name.empty()) profiles::check_profile_name(options.name);
  request.name = options.name;
  return request;
}

// Where there is a folder for temporary files, and elsewhere if that cannot be written.
std::vector<std::filesystem::path> rescue_folders() {
  std::vector<std::filesystem::path> folders;
  std::error_code error;
  if (auto const named = std::filesystem::temp_directory_path(error); !error) folders.push_back(named);
  folders.insert(folders.end(), {"/tmp", "."});
  return folders;
}

// What was done, in words.
std::string rescue(MachineProfile const& profile) {
  constexpr std::size_t longest_stem = 100;
  auto const text = profiles::profile_to_json(profile);
  std::string problem;
  for (auto const& folder : rescue_folders()) {
    try {
      auto const file = profiles::write_new_file(folder, profile.name.substr(0, longest_stem), ".json", text);
      return fmt::format("The profile was saved to {} instead.", file.string());
    } catch (profiles::Error const& error) {
      problem = error.what();
    }
  }
  return fmt::format("It could not be saved elsewhere either: {}", problem);
}

// Measurements are dear: where they cannot be written as asked, they go elsewhere, and the error says so.
void save_or_rescue(ProbeOptions const& options, MachineProfile const& profile, std::ostream* stream) {
  try {
    save(options, profile, stream);
  } catch (profiles::Error const& error) {
    throw profiles::Error(error.exit_code(), error.what(), rescue(profile));
  }
}

void print_result(ProbeOptions const& options, MachineProfile const& profile, Output& output) {
  switch (options.format) {
    case Format::text: output.out << profile_summary_text(profile, output.out_terminal, false); break;
    case Format::markdown: output.out << markdown_table(profile_summary_table(profile, output.out_terminal)); break;
    case Format::json: output.out << profiles::profile_to_json(profile); break;
  }
}

}  // namespace

void add_probe_command(CLI::App& app, Action& chosen) {
  auto const options = std::make_shared<ProbeOptions>();
  auto* const command = app.add_subcommand("probe", "Measure this machine and write its profile");
  command
      ->add_option("-o,--output", options->output,
                   "File to write, - for standard output (else a new entry of the store)")
      ->type_name("FILE");
  command->add_option("--name", options->name, "Name of the profile (else host and time)")->type_name("NAME");
  command->add_option("--store", options->store, "Folder of profiles (else HPCADVISE_STORE, else your data folder)")
      ->type_name("DIR");
  command->add_option("--budget", options->budget, "Longest time to measure: 30s, 5m")
      ->capture_default_str()
      ->type_name("TIME");
  std::string known;
  for (auto const& name : probe_names()) known += (known.empty() ? "" : ", ") + name;
  command->add_option("--only", options->only, "Just these probes: " + known)->delimiter(',')->type_name("NAME,...");
  command->add_option("--backend", options->backend, "auto (GPUs, else the host), host, cuda or hip")
      ->check(CLI::IsMember({"auto", "host", "cuda", "hip"}).description(""))
      ->capture_default_str()
      ->type_name("NAME");
  command->add_option("--threads", options->thread_count, "Threads of the kernels (else the cores allowed)")
      ->check(CLI::Range(1, 100000).description(""))
      ->type_name("COUNT");
  command
      ->add_option("--ranks", options->rank_count,
                   "MPI ranks of the collectives, on each node (else one a NUMA domain, core or GPU)")
      ->check(CLI::Range(1, 100000).description(""))
      ->type_name("COUNT");
  command->add_option("--bind", options->bind, "Bind each rank to a core or a numa domain")
      ->check(CLI::IsMember({"core", "numa"}).description(""))
      ->type_name("PLACE");
  command->add_flag("--oversubscribe", options->oversubscribe, "Allow more ranks than cores");
  add_format_option(*command, options->format);
  add_examples(*command,
               {"hpcadvise probe", "hpcadvise probe --budget 5m -o node17.json",
                "hpcadvise probe --only gemm,memory --format json", "hpcadvise probe --only collective --ranks 4"});
  command->callback([options, &chosen] { chosen = [options](Output& o) { return run_probe_command(*options, o); }; });
}

ExitCode run_probe_command(ProbeOptions const& options, Output& output) {
  auto request = request_from(options);
  request.command_line = output.command_line;
  auto* const stream = stream_of(options, output);
  bool const can_grow = stream == nullptr && (options.output.empty() || profiles::can_be_replaced(options.output));
  ProbeProgress progress(output.log, output.log_terminal, [&](MachineProfile const& profile) {
    if (can_grow) save(options, profile, stream);
  });
  auto const profile = probes::probe_machine(request, progress);
  progress.finish();
  save_or_rescue(options, profile, stream);
  // A program reads the profile there.
  if (stream != &output.out) print_result(options, profile, output);
  if (stream == nullptr) output.log << "Wrote " << output_file(options, profile).string() << '\n';
  return probes::was_interrupted(profile) ? ExitCode::interrupted : ExitCode::done;
}

}  // namespace hpcadvise::cli
