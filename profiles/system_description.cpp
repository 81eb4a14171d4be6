// SPDX-License-Identifier: Apache-2.0
#include "profiles/system_description.hpp"

#include "profiles/embedded_files.hpp"
#include "profiles/error.hpp"
#include "profiles/fact_json.hpp"
#include "profiles/json_text.hpp"
#include "profiles/nearest_name.hpp"

#include <fmt/format.h>

#include <regex>
#include <stdexcept>

namespace hpcadvise::profiles {
namespace {

constexpr int system_schema_version = 1;

Partition partition_of(JsonNode const& node) {
  Partition partition;
  partition.name = node.at("name").text();
  partition.qos = text_or_empty(node, "qos");
  partition.max_time_s = number_fact(node.at("max_time_s"));
  partition.max_nodes = number_fact(node.at("max_nodes"));
  partition.note = text_or_empty(node, "note");
  return partition;
}

void check_regular_expression(JsonNode const& pattern) {
  try {
    std::regex const valid(pattern.text());
  } catch (std::regex_error const&) {
    pattern.fail("not a regular expression", "use ECMAScript syntax, such as '^lrdn[0-9]+$'");
  }
}

DetectSign detect_sign_of(JsonNode const& node) {
  JsonNode const kind = node.at("kind");
  JsonNode const pattern = node.at("pattern");
  DetectSign const sign{.kind = kind.text(), .pattern = pattern.text(), .sufficient = node.at("sufficient").boolean()};
  if (sign.kind == "hostname")
    check_regular_expression(pattern);
  else if (sign.kind == "environment" && sign.pattern.find('=') == std::string::npos)
    pattern.fail("no '='", "write NAME=value");
  else if (sign.kind != "environment" && sign.kind != "path" && sign.kind != "pci_id")
    kind.fail("unknown kind '" + sign.kind + "'", "use hostname, path, environment or pci_id");
  return sign;
}

void read_node(JsonNode const& node, SystemDescription& system) {
  system.devices_per_node = number_fact(node.at("devices_per_node"));
  system.device_memory_bytes = number_fact(node.at("device_memory_bytes"));
  system.module_link_bytes_per_s = number_fact(node.at("module_link_bytes_per_s"));
  system.node_link_bytes_per_s = number_fact(node.at("node_link_bytes_per_s"));
  system.host_link_bytes_per_s = number_fact(node.at("host_link_bytes_per_s"));
  system.host_cores_per_device = number_fact(node.at("host_cores_per_device"));
  system.host_memory_bytes = number_fact(node.at("usable_host_memory_bytes"));
  system.power_w_per_device = number_fact(node.at("power_w_per_device"));
}

void read_network(JsonNode const& network, SystemDescription& system) {
  system.network_kind = network.at("kind").text();
  system.node_count = number_fact(network.at("node_count"));
  system.network_bytes_per_s_per_device = number_fact(network.at("bytes_per_s_per_device"));
  system.island_nodes = number_fact(network.at("island_nodes"));
  system.island_taper = number_fact(network.at("island_taper"));
  if (auto const loss = network.find("noise_loss")) {
    system.noise_loss = number_fact(*loss);
    system.noise_loss_nodes = number_fact(network.at("noise_loss_nodes"));
  }
}

void read_billing(JsonNode const& billing, SystemDescription& system) {
  system.billing_unit = text_fact(billing.at("unit")).value.value_or("");
  system.billing_units_per_device_hour = number_fact(billing.at("units_per_device_hour"));
  if (JsonNode const whole_nodes = billing.at("whole_nodes"); !is_null(whole_nodes))
    system.whole_nodes = whole_nodes.boolean();
}

SystemDescription system_of(JsonNode const& root) {
  if (JsonNode const version = root.at("schema_version"); version.integer() != system_schema_version)
    version.fail(fmt::format("this version reads system files of schema_version {}", system_schema_version));

  SystemDescription system;
  system.name = root.at("name").text();
  system.title = root.at("title").text();
  system.origin = root.at("origin").one_of(origin_from_string);
  if (JsonNode const device = root.at("device"); !is_null(device)) system.device = device.text();
  read_node(root.at("node"), system);
  read_network(root.at("network"), system);
  read_billing(root.at("billing"), system);
  for (JsonNode const& row : root.at("slurm").at("partitions").elements())
    system.partitions.push_back(partition_of(row));
  for (JsonNode const& row : root.at("detect").elements()) system.detect.push_back(detect_sign_of(row));
  system.traps = root.at("traps").texts();
  return system;
}

EmbeddedFile const* shipped_system(std::string_view name) {
  for (EmbeddedFile const& file : embedded_systems())
    if (file.name == fmt::format("{}.json", name)) return &file;
  return nullptr;
}

}  // namespace

SystemDescription system_description_from_json(std::string_view text, std::filesystem::path const& file) {
  SystemDescription system;
  read_json(text, file, "docs/systems.md describes system files",
            [&](JsonNode const& root) { system = system_of(root); });
  system.json = text;
  return system;
}

std::vector<std::string> system_names() { return stems_of(embedded_systems()); }

bool has_system(std::string_view name) { return shipped_system(name) != nullptr; }

SystemDescription system_description(std::string_view name) {
  if (EmbeddedFile const* const file = shipped_system(name)) {
    try {
      return system_description_from_json(file->text, file->name);
    } catch (FileError const& error) {
      throw std::logic_error(std::string("shipped system description: ") + error.what());
    }
  }
  throw UsageError(fmt::format("unknown system '{}'", name), known_names(name, system_names()));
}

std::string_view system_schema() { return embedded_schema("system.schema.json"); }

}  // namespace hpcadvise::profiles
