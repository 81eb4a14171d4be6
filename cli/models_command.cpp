// SPDX-License-Identifier: Apache-2.0
#include "cli/models_command.hpp"

#include "advisor/model_library.hpp"
#include "advisor/plan_json.hpp"
#include "cli/table.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <ostream>

namespace hpcadvise::cli {
namespace {

using profiles::ExitCode;

Table models_table() {
  Table table{{{"Model"},
               {"Parameters", Align::right},
               {"Active", Align::right},
               {"Layers", Align::right},
               {"Hidden", Align::right},
               {"Sequence", Align::right}},
              {}};
  auto const count = [](std::int64_t value) { return profiles::format_count(static_cast<double>(value)); };
  for (auto const& name : advisor::model_names()) {
    auto const model = advisor::built_in_model(name);
    auto const parameters = advisor::count_parameters(model);
    table.rows.push_back({name, profiles::format_count(parameters.total),
                          model.experts ? profiles::format_count(parameters.active) : "", count(model.layer_count),
                          count(model.hidden_size), count(model.max_sequence_length)});
  }
  return table;
}

}  // namespace

void add_models_command(CLI::App& app, Action& chosen) {
  auto const format = std::make_shared<Format>(Format::text);
  auto* const models = app.add_subcommand("models", "Built-in models, as --model takes them");
  models->require_subcommand(1);
  add_examples(*models, {"hpcadvise models list"});

  auto* const list = models->add_subcommand("list", "One line a model");
  add_format_option(*list, *format);
  add_examples(*list, {"hpcadvise models list", "hpcadvise models list --format json"});
  list->callback([format, &chosen] { chosen = [format](Output& o) { return run_models_list(*format, o); }; });
}

ExitCode run_models_list(Format format, Output& output) {
  switch (format) {
    case Format::text: output.out << text_table(models_table(), output.out_terminal); break;
    case Format::markdown: output.out << markdown_table(models_table()); break;
    case Format::json: {
      auto models = nlohmann::ordered_json::array();
      for (auto const& name : advisor::model_names())
        models.push_back(advisor::model_to_json(advisor::built_in_model(name)));
      output.out << nlohmann::ordered_json{{"models", models}}.dump(2) << '\n';
      break;
    }
  }
  return ExitCode::done;
}

}  // namespace hpcadvise::cli
