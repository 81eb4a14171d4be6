// SPDX-License-Identifier: Apache-2.0
#include "cli/profiles_command.hpp"

#include "cli/profile_text.hpp"
#include "cli/samples_table.hpp"
#include "cli/table.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/presentable.hpp"
#include "profiles/profile_file.hpp"
#include "profiles/profile_store.hpp"
#include "profiles/system_description.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <ostream>
#include <set>
#include <string>

namespace hpcadvise::cli {
namespace {

using profiles::ExitCode;
using profiles::MachineProfile;

// Longer ones are no host's; a column is as wide as its widest cell.
constexpr std::size_t longest_name = 64;

struct ListedProfile {
  profiles::StoreEntry entry;
  std::optional<MachineProfile> profile;
};

std::vector<ListedProfile> read_store(std::filesystem::path const& store) {
  std::vector<ListedProfile> listed;
  for (auto& entry : profiles::list_store(store)) {
    ListedProfile item{entry, std::nullopt};
    if (entry.problem.empty()) item.profile = profiles::read_profile(entry.file);
    listed.push_back(std::move(item));
  }
  return listed;
}

Table list_table(std::vector<ListedProfile> const& listed) {
  Table table{{{"Profile"}, {"Host"}, {"Measured"}, {"Samples", Align::right}, {"State"}}, {}};
  for (auto const& [entry, profile] : listed) {
    if (profile)
      table.rows.push_back({entry.name, profiles::presentable(profile->host.host_name, longest_name),
                            profile->provenance.started_utc, fmt::format("{}", profile->samples.size()),
                            profile->partial ? "partial" : "complete"});
    else
      table.rows.push_back({entry.name, "", "", "", "unreadable: " + entry.problem});
  }
  return table;
}

nlohmann::ordered_json list_json(std::filesystem::path const& store, std::vector<ListedProfile> const& listed) {
  auto entries = nlohmann::ordered_json::array();
  for (auto const& [entry, profile] : listed) {
    nlohmann::ordered_json row{{"name", entry.name}, {"file", entry.file.string()}};
    if (profile) {
      row["host_name"] = profile->host.host_name;
      row["started_utc"] = profile->provenance.started_utc;
      row["sample_count"] = profile->samples.size();
      row["partial"] = profile->partial;
    } else {
      row["problem"] = entry.problem;
    }
    entries.push_back(std::move(row));
  }
  return {{"store", store.string()}, {"profiles", entries}, {"systems", profiles::system_names()}};
}

void print_list_text(ProfilesOptions const& options, std::filesystem::path const& store,
                     std::vector<ListedProfile> const& listed, Output& output) {
  if (listed.empty())
    output.out << fmt::format("No profile in {} yet. Measure this machine with: hpcadvise probe{}\n", store.string(),
                              options.store ? " --store " + options.store->string() : "");
  else
    output.out << text_table(list_table(listed), output.out_terminal) << "\nIn " << store.string() << '\n';
  output.out << fmt::format("Shipped descriptions: {} systems, see `hpcadvise systems list`\n",
                            profiles::system_names().size());
}

MachineProfile profile_named(ProfilesOptions const& options) {
  return profiles::read_profile(profiles::find_profile(profiles::store_directory(options.store), options.name));
}

std::string all_samples(MachineProfile const& profile, Format format, Terminal const& terminal) {
  std::string text;
  std::set<std::string> shown;
  for (auto const& sample : profile.samples) {
    if (!shown.insert(sample.probe).second) continue;
    auto const table = samples_table(profile, sample.probe, terminal);
    auto const name = profiles::presentable(sample.probe, longest_name);
    text += format == Format::markdown
                ? fmt::format("\n## {}\n\n{}", name, markdown_table(table))
                : fmt::format("\n{}\n{}", styled(terminal, Style::bold, name), text_table(table, terminal, 2));
  }
  return text;
}

}  // namespace

void add_profiles_command(CLI::App& app, Action& chosen) {
  auto const options = std::make_shared<ProfilesOptions>();
  auto* const profiles_app = app.add_subcommand("profiles", "Measured profiles: list, show, validate, export");
  profiles_app->require_subcommand(1);
  add_examples(*profiles_app, {"hpcadvise profiles list", "hpcadvise profiles show node17-20261122-130100",
                               "hpcadvise profiles validate profile.json"});
  auto const add = [&](char const* name, char const* summary,
                       ExitCode (*run)(ProfilesOptions const&, Output&)) -> CLI::App& {
    auto* const command = profiles_app->add_subcommand(name, summary);
    command->callback([options, run, &chosen] { chosen = [options, run](Output& o) { return run(*options, o); }; });
    return *command;
  };
  auto const add_store = [&](CLI::App& command) {
    command.add_option("--store", options->store, "Folder of profiles (else HPCADVISE_STORE, else your data folder)")
        ->type_name("DIR");
  };

  auto& list = add("list", "What is in the store", run_profiles_list);
  list.add_flag("--where", options->where, "Print the paths only");
  add_store(list);
  add_format_option(list, options->format);
  add_examples(list, {"hpcadvise profiles list", "hpcadvise profiles list --where"});

  auto& show = add("show", "Every sample of one profile", run_profiles_show);
  show.add_option("name", options->name, "File or entry of the store")->required()->type_name("NAME|FILE");
  add_store(show);
  add_format_option(show, options->format);
  add_examples(show,
               {"hpcadvise profiles show node17-20261122-130100", "hpcadvise profiles show my.json --format json"});

  auto& validate = add("validate", "Check files; says file and JSON pointer of what is wrong", run_profiles_validate);
  validate.add_option("files", options->files, "Profile files")->required()->type_name("FILE");
  add_examples(validate, {"hpcadvise profiles validate profile.json", "hpcadvise profiles validate runs/*.json"});

  auto& exported = add("export", "Copy a profile out of the store", run_profiles_export);
  exported.add_option("name", options->name, "File or entry of the store")->required()->type_name("NAME|FILE");
  exported.add_option("-o,--output", options->output, "File to write (else stdout)")->type_name("FILE");
  add_store(exported);
  add_examples(exported, {"hpcadvise profiles export node17-20261122-130100 -o node17.json"});
}

ExitCode run_profiles_list(ProfilesOptions const& options, Output& output) {
  auto const store = profiles::store_directory(options.store);
  auto const listed = read_store(store);
  if (options.where) {
    for (auto const& item : listed) output.out << item.entry.file.string() << '\n';
    return ExitCode::done;
  }
  switch (options.format) {
    case Format::text: print_list_text(options, store, listed, output); break;
    case Format::markdown: output.out << markdown_table(list_table(listed)); break;
    case Format::json: output.out << list_json(store, listed).dump(2) << '\n'; break;
  }
  return ExitCode::done;
}

ExitCode run_profiles_show(ProfilesOptions const& options, Output& output) {
  auto const profile = profile_named(options);
  switch (options.format) {
    case Format::text:
      output.out << profile_summary_text(profile, output.out_terminal, true)
                 << all_samples(profile, options.format, output.out_terminal);
      break;
    case Format::markdown:
      output.out << "# " << profiles::presentable(profile.name, longest_name) << "\n\n"
                 << markdown_table(profile_summary_table(profile, output.out_terminal))
                 << all_samples(profile, options.format, output.out_terminal);
      break;
    case Format::json: output.out << profiles::profile_to_json(profile); break;
  }
  return ExitCode::done;
}

ExitCode run_profiles_validate(ProfilesOptions const& options, Output& output) {
  ExitCode code = ExitCode::done;
  auto const say = [&](int indent, std::string const& text) {
    output.out << std::string(std::size_t(indent), ' ')
               << wrapped(profiles::presentable(text), output.out_terminal.width, indent + 2, indent) << '\n';
  };
  for (auto const& file : options.files) {
    try {
      auto const profile = profiles::read_profile(file);
      say(0, fmt::format("{}: valid, schema version {}, {}", file.string(), profile.schema_version,
                         profiles::format_counted(profile.samples.size(), "sample")));
    } catch (profiles::Error const& error) {
      say(0, error.what());
      if (!error.next_step().empty()) say(2, error.next_step());
      code = error.exit_code();
    }
  }
  return code;
}

ExitCode run_profiles_export(ProfilesOptions const& options, Output& output) {
  std::string const text = profiles::profile_to_json(profile_named(options));
  if (options.output.empty() || options.output == "-") {
    output.out << text;
  } else {
    profiles::write_file_atomically(options.output, text);
    output.log << "Wrote " << options.output.string() << '\n';
  }
  return ExitCode::done;
}

}  // namespace hpcadvise::cli
