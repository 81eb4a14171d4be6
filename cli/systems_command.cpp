// SPDX-License-Identifier: Apache-2.0
#include "cli/systems_command.hpp"

#include "cli/fact_text.hpp"
#include "cli/table.hpp"
#include "profiles/detect_system.hpp"
#include "profiles/device_description.hpp"
#include "profiles/system_description.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <ostream>

namespace hpcadvise::cli {
namespace {

using profiles::ExitCode;
using profiles::Fact;
using profiles::SystemDescription;

Table systems_table() {
  Table table{{{"System"},
               {"Device"},
               {"A node", Align::right},
               {"Memory", Align::right},
               {"Network", Align::right},
               {"Nodes", Align::right},
               {"Status"}},
              {}};
  auto const or_dash = [](Fact<double> const& fact, std::string_view unit_key) {
    return fact.value ? fact_text(fact, unit_key) : "-";
  };
  for (auto const& name : profiles::system_names()) {
    auto const system = profiles::system_description(name);
    table.rows.push_back(
        {system.name, system.device.empty() ? "-" : system.device, or_dash(system.devices_per_node, "count"),
         or_dash(system.device_memory_bytes, "memory_bytes"),
         or_dash(system.network_bytes_per_s_per_device, "bytes_per_s"), or_dash(system.node_count, "count"),
         system.origin == profiles::Origin::announced ? "announced" : "live"});
  }
  return table;
}

Table facts_table(SystemDescription const& system) {
  Table table{{{"Fact"}, {"Value", Align::right}, {"Source"}}, {}};
  auto const add = [&](std::string label, Fact<double> const& fact, std::string_view unit_key) {
    table.rows.push_back({std::move(label), fact_text(fact, unit_key), source_text(fact)});
  };
  add("nodes", system.node_count, "count");
  add("devices a node", system.devices_per_node, "count");
  add("memory a device", system.device_memory_bytes, "memory_bytes");
  add("link in a module, one way", system.module_link_bytes_per_s, "bytes_per_s");
  add("link in a node, one way", system.node_link_bytes_per_s, "bytes_per_s");
  add("network a device, one way", system.network_bytes_per_s_per_device, "bytes_per_s");
  add("nodes at full bisection", system.island_nodes, "count");
  add("taper between islands", system.island_taper, "count");
  if (system.noise_loss.value) {
    add("most lost to other jobs' traffic", system.noise_loss, "count");
    add("nodes it was seen over", system.noise_loss_nodes, "count");
  }
  add("host link, one way", system.host_link_bytes_per_s, "bytes_per_s");
  add("host cores a device", system.host_cores_per_device, "count");
  add("host memory a node", system.host_memory_bytes, "memory_bytes");
  add("power a device", system.power_w_per_device, "power_w");
  add("billed a device-hour", system.billing_units_per_device_hour, "count");
  return table;
}

Table partitions_table(SystemDescription const& system) {
  Table table{{{"Partition"}, {"Longest", Align::right}, {"Nodes", Align::right}, {"Note"}}, {}};
  for (auto const& partition : system.partitions)
    table.rows.push_back({partition.name, fact_text(partition.max_time_s, "max_time_s"),
                          fact_text(partition.max_nodes, "count"), partition.note});
  return table;
}

std::string show_text(SystemDescription const& system, Terminal const& terminal) {
  std::string text = styled(terminal, Style::bold, system.title) + '\n';
  if (system.origin == profiles::Origin::announced)
    text += styled(terminal, Style::warning, "Announced: nothing can be submitted to it yet.") + '\n';
  if (!system.device.empty()) {
    auto const device = profiles::device_description(system.device);
    text += fmt::format("Device: {} ({})\n", device.name, device.title);
  }
  if (!system.billing_unit.empty()) text += fmt::format("Billed in: {}\n", profiles::plural(system.billing_unit));
  text += '\n' + text_table(facts_table(system), terminal, 2);
  if (!system.partitions.empty()) text += '\n' + text_table(partitions_table(system), terminal, 2);
  if (!system.traps.empty()) text += '\n' + styled(terminal, Style::bold, "Mind") + '\n';
  for (auto const& trap : system.traps) text += "  - " + wrapped(trap, terminal.width, 4, 4) + '\n';
  return text;
}

}  // namespace

void add_systems_command(CLI::App& app, Action& chosen) {
  auto const options = std::make_shared<SystemsOptions>();
  auto* const systems = app.add_subcommand("systems", "Known supercomputers: what is published about each");
  systems->require_subcommand(1);
  add_examples(*systems, {"hpcadvise systems list", "hpcadvise systems show lumi-g", "hpcadvise systems detect"});

  auto* const list = systems->add_subcommand("list", "One line a system");
  add_format_option(*list, options->format);
  add_examples(*list, {"hpcadvise systems list", "hpcadvise systems list --format markdown"});
  list->callback([options, &chosen] { chosen = [options](Output& o) { return run_systems_list(*options, o); }; });

  auto* const show = systems->add_subcommand("show", "Every fact of one system, with its source");
  show->add_option("name", options->name, "System, as `systems list` names it")->required()->type_name("NAME");
  add_format_option(*show, options->format);
  add_examples(*show, {"hpcadvise systems show lumi-g", "hpcadvise systems show jupiter-booster --format json"});
  show->callback([options, &chosen] { chosen = [options](Output& o) { return run_systems_show(*options, o); }; });

  auto* const detect = systems->add_subcommand("detect", "Which system this machine belongs to, and by which signs");
  add_format_option(*detect, options->format);
  add_examples(*detect, {"hpcadvise systems detect"});
  detect->callback([options, &chosen] { chosen = [options](Output& o) { return run_systems_detect(*options, o); }; });
}

ExitCode run_systems_list(SystemsOptions const& options, Output& output) {
  switch (options.format) {
    case Format::text: output.out << text_table(systems_table(), output.out_terminal); break;
    case Format::markdown: output.out << markdown_table(systems_table()); break;
    case Format::json: {
      auto systems = nlohmann::ordered_json::array();
      for (auto const& name : profiles::system_names())
        systems.push_back(nlohmann::ordered_json::parse(profiles::system_description(name).json));
      output.out << nlohmann::ordered_json{{"systems", systems}}.dump(2) << '\n';
      break;
    }
  }
  return ExitCode::done;
}

ExitCode run_systems_show(SystemsOptions const& options, Output& output) {
  auto const system = profiles::system_description(options.name);
  switch (options.format) {
    case Format::text: output.out << show_text(system, output.out_terminal); break;
    case Format::markdown:
      output.out << "# " << system.title << "\n\n"
                 << markdown_table(facts_table(system)) << '\n'
                 << markdown_table(partitions_table(system));
      for (auto const& trap : system.traps) output.out << "\n- " << trap;
      output.out << '\n';
      break;
    case Format::json: output.out << system.json; break;
  }
  return ExitCode::done;
}

ExitCode run_systems_detect(SystemsOptions const& options, Output& output) {
  auto const systems = profiles::all_systems();
  auto const detection = profiles::detect_system(profiles::observe_this_host(systems), systems);
  if (options.format == Format::json) {
    nlohmann::ordered_json json{
        {"system", nullptr}, {"matched", detection.matched}, {"looked_at", detection.looked_at}};
    if (detection.system) json["system"] = *detection.system;
    output.out << json.dump(2) << '\n';
    return ExitCode::done;
  }
  auto const signs = [](std::vector<std::string> const& list) {
    std::string text;
    for (auto const& sign : list) text += "- " + sign + '\n';
    return text;
  };
  if (detection.system) {
    output.out << *detection.system << "\n\nBy these signs:\n" << signs(detection.matched);
    return ExitCode::done;
  }
  output.out << "Not recognized: this machine is none of the systems described.\n";
  if (!detection.matched.empty()) output.out << "\nSeen, but not enough to tell:\n" << signs(detection.matched);
  output.out << "\nLooked for:\n"
             << signs(detection.looked_at)
             << "\nAny cluster can be described by its parts, such as\n"
                "  --machine device=h100-sxm-80gb,devices-per-node=8,network-gbit-per-device=400\n";
  return ExitCode::done;
}

}  // namespace hpcadvise::cli
