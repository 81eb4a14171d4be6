// SPDX-License-Identifier: Apache-2.0
#include "profiles/detect_system.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <system_error>

namespace hpcadvise::profiles {
namespace {

bool contains(std::vector<std::string> const& list, std::string const& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::string variable_name(DetectSign const& sign) { return sign.pattern.substr(0, sign.pattern.find('=')); }

bool shows(ObservedHost const& host, DetectSign const& sign) {
  if (sign.kind == "hostname") return std::regex_search(host.host_name, std::regex(sign.pattern));
  if (sign.kind == "path") return contains(host.paths, sign.pattern);
  if (sign.kind == "pci_id") return contains(host.pci_ids, sign.pattern);
  auto const variable = host.environment.find(variable_name(sign));
  return variable != host.environment.end() && sign.pattern == variable->first + "=" + variable->second;
}

struct Evidence {
  std::vector<std::string> signs;
  bool recognized = false;
};

Evidence evidence_for(SystemDescription const& system, ObservedHost const& host) {
  Evidence evidence;
  std::set<std::string> kinds;
  for (DetectSign const& sign : system.detect) {
    if (!shows(host, sign)) continue;
    evidence.signs.push_back(sign.kind + " " + sign.pattern);
    kinds.insert(sign.kind);
    if (sign.sufficient) evidence.recognized = true;
  }
  if (kinds.size() >= 2) evidence.recognized = true;
  return evidence;
}

// "vendor:device" of every PCI function, from the kernel's own list: needs no driver and no library.
std::vector<std::string> pci_ids() {
  auto const hexadecimal = [](std::filesystem::path const& file) {
    std::string text;
    std::ifstream(file) >> text;
    return text.starts_with("0x") ? text.substr(2) : text;
  };
  std::set<std::string> ids;
  std::error_code none;  // no PCI bus in a container: nothing to list
  for (auto const& entry : std::filesystem::directory_iterator("/sys/bus/pci/devices", none))
    ids.insert(hexadecimal(entry.path() / "vendor") + ":" + hexadecimal(entry.path() / "device"));
  return {ids.begin(), ids.end()};
}

}  // namespace

Detection detect_system(ObservedHost const& host, std::vector<SystemDescription> const& systems) {
  Detection detection;
  std::size_t most_signs = 0;
  for (SystemDescription const& system : systems) {
    for (DetectSign const& sign : system.detect)
      detection.looked_at.push_back(system.name + ": " + sign.kind + " " + sign.pattern);
    Evidence const evidence = evidence_for(system, host);
    if (!evidence.recognized) {
      if (most_signs == 0)
        detection.matched.insert(detection.matched.end(), evidence.signs.begin(), evidence.signs.end());
      continue;
    }
    if (evidence.signs.size() < most_signs) continue;
    bool const tie = evidence.signs.size() == most_signs;
    most_signs = evidence.signs.size();
    detection.system = tie ? std::nullopt : std::optional(system.name);
    detection.matched = evidence.signs;
  }
  return detection;
}

std::vector<SystemDescription> all_systems() {
  std::vector<SystemDescription> systems;
  for (std::string const& name : system_names()) systems.push_back(system_description(name));
  return systems;
}

ObservedHost observe_this_host(std::vector<SystemDescription> const& systems) {
  ObservedHost host;
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) == 0) host.host_name = name.data();
  host.pci_ids = pci_ids();
  for (SystemDescription const& system : systems)
    for (DetectSign const& sign : system.detect) {
      std::error_code unreadable;  // a path that may not be looked at is as good as absent
      if (sign.kind == "path" && std::filesystem::exists(sign.pattern, unreadable)) host.paths.push_back(sign.pattern);
      if (sign.kind != "environment") continue;
      std::string const variable = variable_name(sign);
      if (char const* const value = std::getenv(variable.c_str())) host.environment[variable] = value;
    }
  return host;
}

}  // namespace hpcadvise::profiles
