// SPDX-License-Identifier: Apache-2.0
#include "profiles/profile_file.hpp"

#include "profiles/atomic_file.hpp"
#include "profiles/calibration_json.hpp"
#include "profiles/embedded_files.hpp"
#include "profiles/host_json.hpp"
#include "profiles/json_text.hpp"
#include "profiles/profile_sections.hpp"
#include "profiles/sample_form.hpp"
#include "profiles/sample_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace hpcadvise::profiles {
namespace {

using nlohmann::ordered_json;

template <class Element>
ordered_json array_to_json(std::vector<Element> const& elements, ordered_json (*to_json)(Element const&)) {
  ordered_json array = ordered_json::array();
  for (Element const& element : elements) array.push_back(to_json(element));
  return array;
}

template <class Element>
std::vector<Element> array_from_json(JsonNode const& array, Element (*from_json)(JsonNode const&)) {
  std::vector<Element> elements;
  for (JsonNode const& node : array.elements()) elements.push_back(from_json(node));
  return elements;
}

// First, so that a file of another kind or version is not blamed for a missing key.
void check_schema_version(JsonNode const& root) {
  auto const node = root.find("schema_version");
  if (!node) root.fail("not a machine profile: the key 'schema_version' is missing");
  std::int64_t const version = node->integer();
  if (version > machine_profile_schema_version)
    node->fail(fmt::format("schema_version {} is newer than {}, the one this hpcadvise reads", version,
                           machine_profile_schema_version),
               "read it with the version of hpcadvise that wrote it, or update this one");
  if (version != machine_profile_schema_version)
    node->fail(fmt::format("schema_version {} was never written; this hpcadvise reads {}", version,
                           machine_profile_schema_version));
}

MachineProfile profile_from_root(JsonNode const& root) {
  check_schema_version(root);
  MachineProfile profile;
  profile.name = root.at("name").text();
  profile.partial = root.at("partial").boolean();
  profile.provenance = provenance_from_json(root.at("provenance"));
  profile.host = host_from_json(root.at("host"));
  profile.devices = array_from_json(root.at("devices"), device_from_json);
  profile.budget = budget_from_json(root.at("budget"));
  profile.sensors = array_from_json(root.at("sensors"), sensor_from_json);
  profile.sentinels = array_from_json(root.at("sentinels"), sentinel_from_json);
  profile.samples = array_from_json(root.at("samples"), sample_from_json);
  for (JsonNode const& sample : root.at("samples").elements()) check_sample(sample);
  profile.findings = array_from_json(root.at("findings"), finding_from_json);
  if (auto const calibration = root.find("calibration")) profile.calibration = calibration_from_json(*calibration);
  return profile;
}

}  // namespace

std::string profile_to_json(MachineProfile const& profile) {
  ordered_json json{
      {"schema_version", profile.schema_version},
      {"name", profile.name},
      {"partial", profile.partial},
      {"provenance", provenance_to_json(profile.provenance)},
      {"host", host_to_json(profile.host)},
      {"devices", array_to_json(profile.devices, device_to_json)},
      {"budget", budget_to_json(profile.budget)},
      {"sensors", array_to_json(profile.sensors, sensor_to_json)},
      {"sentinels", array_to_json(profile.sentinels, sentinel_to_json)},
      {"samples", array_to_json(profile.samples, sample_to_json)},
      {"findings", array_to_json(profile.findings, finding_to_json)},
  };
  if (profile.calibration) json["calibration"] = calibration_to_json(*profile.calibration);
  return print_json(json);
}

MachineProfile profile_from_json(std::string_view text, std::filesystem::path const& file) {
  MachineProfile profile;
  read_json(text, file, "measure again with `hpcadvise probe`; docs/profile_format.md describes the file",
            [&](JsonNode const& root) { profile = profile_from_root(root); });
  return profile;
}

MachineProfile read_profile(std::filesystem::path const& file) { return profile_from_json(read_text_file(file), file); }

void write_profile(MachineProfile const& profile, std::filesystem::path const& file) {
  write_file_atomically(file, profile_to_json(profile));
}

std::string_view machine_profile_schema() { return embedded_schema("machine_profile.schema.json"); }

}  // namespace hpcadvise::profiles
