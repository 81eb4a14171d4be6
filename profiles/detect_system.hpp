// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which of the described systems is this?

#include "profiles/system_description.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::profiles {

// What a machine shows of itself.
struct ObservedHost {
  std::string host_name;
  std::map<std::string, std::string> environment;  // of the variables that a sign names
  std::vector<std::string> paths;                  // of those that a sign names, the ones that exist
  std::vector<std::string> pci_ids;                // "10de:20b3", lower case
};

struct Detection {
  std::optional<std::string> system;   // absent: not recognized
  std::vector<std::string> matched;    // the signs that decided, or that were too few: "environment BSC_MACHINE=mn5"
  std::vector<std::string> looked_at;  // every sign that was tried, "lumi-g: hostname ^nid[0-9]{6}$"
};

// A system is recognized by one sufficient sign or by two signs of different kinds; of several, the one with more.
// Two that show equally many: not recognized.
Detection detect_system(ObservedHost const& host, std::vector<SystemDescription> const& systems);

std::vector<SystemDescription> all_systems();

// Of this machine, what the systems' signs ask for; reads no more than that.
ObservedHost observe_this_host(std::vector<SystemDescription> const& systems);

}  // namespace hpcadvise::profiles
